"""An outsider who keeps what the site published: nothing of it may be taken
back, whoever dies.
"""
import asyncio
import json
import time

from people import exchange


class Watcher:
    def __init__(self, site, petitions, leaving=None):
        """leaving: {petition: how many began to withdraw}, which grows."""
        self.site = site
        self.leaving = {} if leaving is None else leaving
        self.left = {}  # before this watch
        self.petitions = petitions
        self.year = time.gmtime().tm_year
        self.checkpoints = set()  # (size, root)
        self.size = 0
        self.counts = {}
        self.faults = []
        self.stopping = False

    async def watch(self):
        """Until stopped; not by cancelling, which wait_for may swallow.
        Who began to leave before is out of the count by now."""
        self.stopping = False
        self.left = dict(self.leaving)
        while not self.stopping:
            try:
                await asyncio.wait_for(self.look(), 10)
            except (OSError, asyncio.IncompleteReadError,
                    asyncio.TimeoutError):
                pass
            await asyncio.sleep(0.1)

    async def look(self):
        port = self.site.port
        status, _, body = await exchange(
            port, "GET", f"/log/{self.year}/checkpoint")
        if status == 200:
            self.take_checkpoint(body.decode())
        for p in self.petitions:
            status, _, body = await exchange(
                port, "GET", f"/petitions/{p}.json")
            if status == 200:
                self.take_count(p, json.loads(body))

    def take_checkpoint(self, note):
        lines = note.splitlines()
        size = int(lines[1])
        if size < self.size:
            self.faults.append(
                f"a checkpoint of {size} leaves after one of {self.size}")
        self.size = size
        self.checkpoints.add((size, lines[2]))

    def take_count(self, petition, document):
        count = document["data"]["attributes"]["signature_count"]
        before = self.counts.get(petition, 0)
        leavers = self.leaving.get(petition, 0) - self.left.get(petition, 0)
        if count < before - leavers:
            self.faults.append(
                f"petition {petition} fell from {before} to {count}")
        self.counts[petition] = count
