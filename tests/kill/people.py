"""People who sign, the relay that takes their mail, and the ledger of what
they were told.

Whoever is refused, cut off or left waiting presses the same button again, as
people do: the same form token, the same link.  Every life has one rightful
end; anything else raises Failure.
"""
import asyncio
import html
import json
import random
import re
import time
import urllib.parse

from server import Failure

ANSWER_S = 25  # longer than any pause of the supervisor
STEP_S = 90    # pressing again and again for so long is being locked out
MAIL_S = 90


class Hung(Exception):
    """No answer in time, from a server that was up all the while."""


class Ledger:
    """Append-only: what was acknowledged, in order."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.forms = []      # {rid, person, petition}
        self.confirmed = []  # {slot, c, person, petition, promised}
        self.ended = {}      # person -> "counted" | "refused" | "pending"
        self.maybe = set()   # slots confirmed by who did not wait to hear
        self.leaving = {}    # petition -> how many began to withdraw
        self.left = set()    # slots whose withdrawal was acknowledged
        self.hung = []

    def form(self, rid, person, petition):
        self.write(self.forms, rid=rid, person=person, petition=petition)

    def confirm(self, slot, c, person, petition, promised):
        self.write(self.confirmed, slot=slot, c=c, person=person,
                   petition=petition, promised=promised)

    def leave(self, slot, petition):
        self.write([], left=slot, petition=petition)
        self.left.add(slot)

    def write(self, book, **entry):
        book.append(entry)
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()

    def close(self):
        self.file.close()


class Relay:
    """Just enough SMTP; keeps each mail's first line of sense."""

    def __init__(self):
        self.mails = {}  # address -> {message id: token or None}
        self.tokens = {}  # slot -> address
        self.arrived = {}  # address -> asyncio.Event
        self.server = None
        self.port = 0
        self.copies = 0
        self.mood = "fine"
        self.met = 0  # connections while in no fine mood

    async def start(self, port=0):
        self.server = await asyncio.start_server(self.talk, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def talk(self, reader, writer):
        to = None
        try:
            if self.mood != "fine":
                await self.sulk(writer)
                return
            writer.write(b"220 relay\r\n")
            while True:
                line = await reader.readline()
                if not line:
                    break
                if self.mood != "fine":
                    await self.sulk(writer)
                    break
                verb = line[:4].upper()
                if verb == b"RCPT":
                    to = line.decode().split("<")[1].split(">")[0]
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    data = await reader.readuntil(b"\r\n.\r\n")
                    self.take(to, data.decode("utf-8", "replace"))
                writer.write(b"221 bye\r\n" if verb == b"QUIT"
                             else b"250 fine\r\n")
                await writer.drain()
                if verb == b"QUIT":
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def sulk(self, writer):
        """down: gone at once; refusing: no mail today; hanging: not a word."""
        self.met += 1
        if self.mood == "refusing":
            writer.write(b"421 not today\r\n")
        while self.mood == "hanging":  # then it is started anew
            await asyncio.sleep(0.1)

    def take(self, to, data):
        message_id = re.search(r"(?mi)^Message-ID:\s*(\S+)", data).group(1)
        # Quoted-printable or not: soft line breaks go, "=3D" is no matter.
        flat = data.replace("=\r\n", "")
        found = re.search(r"/c/([A-Z2-7]+-[A-Z2-7]{26})", flat)
        token = found.group(1) if found else None
        box = self.mails.setdefault(to, {})
        if message_id in box:
            self.copies += 1
            if box[message_id] != token:
                raise Failure("one Message-ID, two mails")
        box[message_id] = token
        if token is not None:
            self.tokens[slot_of(token)] = to
        self.arrived.setdefault(to, asyncio.Event()).set()

    async def wait(self, address, known):
        """The token, or None, of the first mail that is not in known."""
        until = time.monotonic() + MAIL_S
        while True:
            event = self.arrived.setdefault(address, asyncio.Event())
            event.clear()
            for message_id, token in self.mails.get(address, {}).items():
                if message_id not in known:
                    known.add(message_id)
                    return token
            left = until - time.monotonic()
            if left <= 0:
                raise Failure(f"{address}: its mail did not come")
            try:
                await asyncio.wait_for(event.wait(), left)
            except asyncio.TimeoutError:
                pass


def slot_of(token):
    """The slot in base32 without leading zeros: docs/formats.md 6."""
    slot = 0
    for letter in token.split("-")[0]:
        slot = slot * 32 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(letter)
    return slot


async def exchange(port, method, path, fields=None):
    """One request on a connection of its own: (status, headers, body)."""
    body = urllib.parse.urlencode(fields or {}).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" \
        "Connection: close\r\n"
    if method == "POST":
        head += "Content-Type: application/x-www-form-urlencoded\r\n" \
            f"Content-Length: {len(body)}\r\n" \
            f"Origin: http://127.0.0.1:{port}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        # Where nobody listens yet, a connection may meet itself.
        if writer.get_extra_info("sockname") == \
                writer.get_extra_info("peername"):
            raise ConnectionRefusedError(f"nobody listens at {port}")
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    head, sep, body = answer.partition(b"\r\n\r\n")
    if not sep:
        raise ConnectionResetError("cut off")
    lines = head.decode().split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in
               (line.partition(":") for line in lines[1:])}
    if len(body) < int(headers.get("content-length", "0")):
        raise ConnectionResetError("cut short")
    return int(lines[0].split()[1]), headers, body


def token_in(page):
    """The token of the form in a page, or None."""
    found = re.search(r'name="form" value="([^"]+)"', page.decode())
    return html.unescape(found.group(1)) if found else None


class People:
    def __init__(self, site, relay, ledger, petitions, seed):
        self.site = site
        self.relay = relay
        self.ledger = ledger
        self.petitions = petitions
        self.random = random.Random(seed)
        self.serial = 0
        self.tasks = set()
        self.failures = []
        self.answers = 0

    # ---- pressing ----

    async def press(self, method, path, fields=None):
        """Until there is an answer that is not a failure."""
        until = time.monotonic() + STEP_S
        last = "nothing yet"
        while time.monotonic() < until:
            starts = self.site.starts
            began = time.monotonic()
            try:
                status, headers, body = await asyncio.wait_for(
                    exchange(self.site.port, method, path, fields), ANSWER_S)
                if status < 500:
                    self.answers += 1
                    return status, headers, body
                last = status
                if status == 500:
                    raise Failure(f"{method} {path}: 500")
            except (OSError, asyncio.IncompleteReadError) as e:
                last = repr(e)
            except asyncio.TimeoutError:
                last = "no answer"
                if starts == self.site.starts:
                    self.ledger.hung.append(
                        f"{method} {path.split('-')[0]} waited "
                        f"{time.monotonic() - began:.0f} s")
            await asyncio.sleep(0.05 + 0.1 * self.random.random())
        raise Failure(f"{method} {path}: locked out, last {last}")

    async def open_form(self, petition):
        path = f"/petitions/{petition}/signatures/new"
        status, _, body = await self.press("GET", path)
        token = token_in(body)
        if status != 200 or token is None:
            raise Failure(f"GET {path}: {status}, no form")
        return token

    def fields(self, token, name, address):
        return {"stage": "send", "form": token, "eligible": "1",
                "name": name, "email": address, "country": "GB",
                "postcode": "SW1A 1AA"}

    async def send_form(self, petition, token, name, address):
        path = f"/petitions/{petition}/signatures/new"
        status, headers, body = await self.press(
            "POST", path, self.fields(token, name, address))
        fresh = self.fresh_form(status, body)
        if fresh is not None:
            return await self.send_form(petition, fresh, name, address)
        if status != 303 or "thank-you" not in headers.get("location", ""):
            raise Failure(f"POST {path}: {status}")
        self.ledger.form(token, name, petition)
        return None

    def fresh_form(self, status, body):
        """The token of a form that was given back, where that may be."""
        return None

    async def sign(self, petition, name, address, twice=False):
        token = await self.open_form(petition)
        presses = [self.send_form(petition, token, name, address)
                   for _ in range(2 if twice else 1)]
        await asyncio.gather(*presses)
        return token

    async def confirm(self, petition, token, name):
        """True: counted.  False: somebody or something else was before."""
        path = f"/c/{token}"
        status, _, _ = await self.press("GET", path)
        if status != 200:
            raise Failure(f"GET /c of slot {slot_of(token)}: {status}")
        status, headers, body = await self.press("POST", path, {})
        if status == 200 and b"Already counted" in body:
            return False
        found = re.match(r"/receipts/(\d+)/([\w-]{43})(\?.*)?$",
                         headers.get("location", ""))
        if status != 303 or not found:
            raise Failure(f"POST /c of slot {slot_of(token)}: {status}")
        slot, c, query = found.groups()
        if int(slot) != slot_of(token):
            raise Failure(f"slot {slot_of(token)} confirmed as {slot}")
        self.ledger.confirm(int(slot), c, name, petition, bool(query))
        status, _, _ = await self.press("GET", f"/receipts/{slot}/{c}")
        if status != 200:
            raise Failure(f"the receipt of slot {slot}: {status}")
        # Stopping updates changes no count, and may be pressed for ever.
        status, _, _ = await self.press("POST", f"/s/{token}/updates", {})
        if status != 303:
            raise Failure(f"no updates for slot {slot}: {status}")
        return True

    async def withdraw(self, petition, token):
        """Pressing again while it is under way gives the same answer, or
        that it is done."""
        slot = slot_of(token)
        status, headers, _ = await self.press(
            "POST", f"/s/{token}/withdraw", {})
        where = headers.get("location", "")
        if status != 303 or not re.search(
                r"/signatures/left/(withdrawn|done)$", where):
            raise Failure(f"withdrawing slot {slot}: {status} {where}")
        self.ledger.leave(slot, petition)

    # ---- lives ----

    def newcomer(self):
        self.serial += 1
        return f"Person {self.serial}", f"p{self.serial}@example.org"

    async def counted(self, petition, token, name, twice=False):
        if token is None:
            raise Failure(f"{name} was told to have signed already")
        for good in await asyncio.gather(
                *(self.confirm(petition, token, name)
                  for _ in range(2 if twice else 1))):
            if not good:
                raise Failure(f"{name} was refused")
        self.ledger.ended[name] = "counted"

    async def once(self, petition, twice=False):
        name, address = self.newcomer()
        await self.sign(petition, name, address, twice)
        token = await self.relay.wait(address, set())
        await self.counted(petition, token, name, twice)

    async def twice(self, petition):
        await self.once(petition, twice=True)

    async def again_before(self, petition):
        """Two forms, two links: one counts."""
        name, address = self.newcomer()
        known = set()
        await self.sign(petition, name, address)
        tokens = [await self.relay.wait(address, known)]
        await self.sign(petition, name, address)
        tokens.append(await self.relay.wait(address, known))
        self.random.shuffle(tokens)
        await self.counted(petition, tokens[0], name)
        if tokens[1] is None:
            raise Failure(f"{name} was told to have signed before confirming")
        if await self.confirm(petition, tokens[1], name):
            raise Failure(f"{name} was counted twice")
        # And the first link still leads to the receipt.
        await self.counted(petition, tokens[0], name)

    async def again_after(self, petition):
        """Who has signed gets a mail that says so."""
        name, address = self.newcomer()
        known = set()
        await self.sign(petition, name, address)
        await self.counted(petition, await self.relay.wait(address, known),
                           name)
        await self.sign(petition, name, address)
        if await self.relay.wait(address, known) is not None:
            raise Failure(f"{name} was asked to confirm again")

    async def household(self, petition):
        """Two of one mailbox and postcode count, the third does not."""
        first, address = self.newcomer()
        second = first + " the Second"
        third = first + " the Third"
        known = set()
        for name in (first, second):
            await self.sign(petition, name, address)
            token = await self.relay.wait(address, known)
            await self.counted(petition, token, name)
        await self.sign(petition, third, address)
        if await self.relay.wait(address, known) is not None:
            raise Failure(f"{third} was asked to confirm")
        self.ledger.ended[third] = "refused"

    async def rivals(self, petition):
        """Three of one mailbox confirm at once: exactly two count."""
        first, address = self.newcomer()
        names = [first, first + " the Second", first + " the Third"]
        known = set()
        tokens = []
        for name in names:
            await self.sign(petition, name, address)
            tokens.append(await self.relay.wait(address, known))
        if None in tokens:
            raise Failure(f"{first}: told of a signature nobody confirmed")
        good = await asyncio.gather(
            *(self.confirm(petition, t, n) for t, n in zip(tokens, names)))
        for name, yes in zip(names, good):
            self.ledger.ended[name] = "counted" if yes else "refused"
        if sum(good) != 2:
            raise Failure(f"of {first}'s mailbox {sum(good)} were counted")

    async def typed_only(self, petition):
        name, address = self.newcomer()
        await self.sign(petition, name, address)
        await self.relay.wait(address, set())
        self.ledger.ended[name] = "pending"

    async def walked_away(self, petition):
        """The window is closed before the answer; a mail may come or not."""
        name, address = self.newcomer()
        token = await self.open_form(petition)
        try:
            await asyncio.wait_for(
                exchange(self.site.port, "POST",
                         f"/petitions/{petition}/signatures/new",
                         self.fields(token, name, address)),
                0.03 * self.random.random())
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            pass
        self.ledger.ended[name] = "pending"
        await asyncio.sleep(2 * self.random.random())
        for mail in self.relay.mails.get(address, {}).values():
            await self.counted(petition, mail, name)

    async def left_early(self, petition):
        """The button in the link is pressed and the window closed."""
        name, address = self.newcomer()
        await self.sign(petition, name, address)
        token = await self.relay.wait(address, set())
        self.ledger.maybe.add(slot_of(token))
        self.ledger.ended[name] = "pending"
        try:
            await asyncio.wait_for(
                exchange(self.site.port, "POST", f"/c/{token}", {}),
                0.03 * self.random.random())
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            pass

    async def late_press(self, petition):
        """Back to the form that was sent, and sent once more."""
        name, address = self.newcomer()
        known = set()
        form = await self.sign(petition, name, address)
        token = await self.relay.wait(address, known)
        if self.random.random() < 0.5:
            await self.send_form(petition, form, name, address)
        await self.counted(petition, token, name)
        await self.send_form(petition, form, name, address)
        if len(self.relay.mails[address]) != 1:
            raise Failure(f"{name}: one form, two mails")

    async def leaves(self, petition):
        """Signs, is counted, and wants it gone; pressed once or twice."""
        name, address = self.newcomer()
        await self.sign(petition, name, address)
        token = await self.relay.wait(address, set())
        await self.counted(petition, token, name)
        self.ledger.leaving[petition] = \
            self.ledger.leaving.get(petition, 0) + 1
        await asyncio.gather(*(self.withdraw(petition, token)
                               for _ in range(self.random.choice((1, 2)))))
        self.ledger.ended[name] = "left"

    def lives(self):
        """{life: how often}."""
        return {self.once: 10, self.twice: 4, self.again_before: 3,
                self.again_after: 2, self.household: 2, self.rivals: 2,
                self.typed_only: 1, self.walked_away: 3,
                self.left_early: 12, self.late_press: 3, self.leaves: 5}

    async def live(self):
        lives = self.lives()
        life = self.random.choices(list(lives), lives.values())[0]
        try:
            await life(self.random.choice(self.petitions))
        except Failure as e:
            self.failures.append(f"{life.__name__}: {e}")

    # ---- the crowd ----

    def crowd(self, n):
        """Keep n lives going until disperse."""
        self.stopping = False

        async def one():
            while not self.stopping:
                await self.live()

        self.tasks = {asyncio.create_task(one()) for _ in range(n)}

    async def vanish(self):
        """Nobody ends anything; asked again because wait_for may swallow
        it."""
        self.stopping = True
        while self.tasks:
            for task in self.tasks:
                task.cancel()
            _, self.tasks = await asyncio.wait(self.tasks, timeout=0.2)

    async def disperse(self):
        """Everybody ends the life begun."""
        self.stopping = True
        if self.tasks:
            await asyncio.gather(*self.tasks)
        self.tasks = set()
