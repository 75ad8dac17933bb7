#!/usr/bin/python3
"""The sealing pipeline through sealer and keeper, next to the library.

    bench/roles.py BUILD [--forms N]

BUILD is a release build with -Dbench=true.  A demo site is made below TMPDIR,
with limits off.  This script plays the supervisor and web (as tests/scan does):
forms go to sealer over its socket, half-tags from it to keeper over theirs, and
sealed rows come back when keeper has them on disk.  Each figure stands between
two runs of seal_bench, which does the same without sockets, keeper and disk;
what else the machine does falls on all.  Prints forms a second, CPU a form of
both processes, and sealer's share of the library's rate.
"""
import argparse
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path.insert(0, os.path.join(TOP, 'tests', 'scan'))

import rolelines as r  # noqa: E402

UNDER_WAY = 2
FRAME = 256  # what sealer takes at once; web sends more as several frames
TICKS = os.sysconf('SC_CLK_TCK')


def cpu_s(pid):
    """Seconds of its own, and of the kernel for it."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


def make_site(petitiond, folder):
    subprocess.run([petitiond, 'init', folder, '--demo'], check=True,
                   stdout=subprocess.DEVNULL)
    path = os.path.join(folder, 'petitiond.conf')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    with open(path, 'w', encoding='utf-8') as f:
        f.write(re.sub(r'(?m)^off = .*', 'off = yes', text))


class Pipeline:
    """sealer and keeper, ready for forms; web is us."""

    def __init__(self, petitiond, site, log):
        self.role = {name: r.Role(petitiond, site, name, log)
                     for name in (r.SEALER, r.KEEPER, r.MAILER)}
        sealer = self.role[r.SEALER]
        sealer.say(r.RECIPIENT, 0, self.role[r.MAILER].hear(r.MY_RECIPIENT))
        r.join(sealer, self.role[r.KEEPER])
        self.keeper = r.join_us(self.role[r.KEEPER])
        self.keeper.receive(r.UNSETTLED)
        self.keeper.send(r.RECONCILED, b'\1' + r.slots() * 3 + r.u64(0))
        self.sealer = r.join_us(sealer)
        declared = self.sealer.receive(r.DECLARATION)
        self.sealer.send(r.DECLARED, hashlib.sha256(declared.data).digest())
        self.number = self.done = 0
        self.data = bytearray()

    def frames(self, n):
        """MSG_FORMS of n forms, each of somebody else."""
        hour = int(time.time()) // 3600
        out = b''
        for at in range(0, n, FRAME):
            some = min(FRAME, n - at)
            body = r.u32(some)
            for _ in range(some):
                self.number += 1
                who = {'name': f'Margaret Example {self.number}',
                       'email': f'm{self.number}@mail.example.org',
                       'canonical': f'm{self.number}@mail.example.org',
                       'slug': f'margaretexample{self.number}',
                       'postcode': 'SW1A1AA'}
                rid = r.u32(int(time.time()) // 60) + os.urandom(12)
                body += r.form(self.number, rid, 700001, hour, who)
            out += r.u32(len(body) + 1) + bytes([r.FORMS]) + body
        return out

    def await_forms(self, n):
        """Until so many sealed rows have come in all; not looked into."""
        while self.done < n:
            self.data += self.sealer.sock.recv(1 << 20)
            at = 0
            while len(self.data) >= at + 9:
                length, kind, count = struct.unpack_from('>IBI', self.data, at)
                if len(self.data) < at + 4 + length:
                    break
                self.done += count if kind == r.SEALED else 0
                at += 4 + length
            del self.data[:at]

    def run(self, forms, batch):
        """(wall s, sealer's CPU s, keeper's), UNDER_WAY batches under way."""
        batches = [self.frames(batch) for _ in range(forms // batch)]
        pids = [self.role[x].pid for x in (r.SEALER, r.KEEPER)]
        before = [cpu_s(pid) for pid in pids]
        began = time.monotonic()
        target = self.done
        for i, more in enumerate(batches):
            self.sealer.raw(more)
            self.await_forms(target + (i + 1 - UNDER_WAY) * batch)
        self.await_forms(target + len(batches) * batch)
        wall = time.monotonic() - began
        return [wall] + [[now - then for now, then in zip(cpu_s(pid), b)]
                         for pid, b in zip(pids, before)]

    def stop(self):
        for role in self.role.values():
            role.stop()


def library(build):
    """Seals a second and core."""
    done = subprocess.run([f'{build}/bench/seal_bench', '100000'], check=True,
                          capture_output=True, text=True)
    return float(re.search(r': (\d+) a second', done.stdout)[1])


def each(cpu, forms):
    own, kernel = (x / forms * 1e6 for x in cpu)
    return f'{own + kernel:.1f} us, {kernel:.1f} of it in the kernel'


def measure(pipeline, build, forms, batch):
    before = library(build)
    wall, sealer, keeper = pipeline.run(forms, batch)
    alone = (before + library(build)) / 2
    print(f'batches of {batch:5}: {forms / wall:8,.0f} a second, '
          f'{forms / wall / alone:.2f} of the library\'s {alone:,.0f} a core; '
          f'CPU a form: sealer {each(sealer, forms)} '
          f'({forms / sum(sealer) / alone:.2f} of the library\'s rate), '
          f'keeper {each(keeper, forms)}', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('build')
    parser.add_argument('--forms', type=int, default=102400)
    args = parser.parse_args()
    petitiond = os.path.abspath(f'{args.build}/src/cmd/petitiond')
    folder = tempfile.mkdtemp(prefix='roles.')
    site = os.path.join(folder, 'site')
    with open(os.path.join(folder, 'log'), 'wb') as log:
        make_site(petitiond, site)
        pipeline = Pipeline(petitiond, site, log.fileno())
        try:
            pipeline.run(4096, 1024)  # draws keys and the first range
            for batch in (64, 1024):
                measure(pipeline, args.build, args.forms, batch)
        finally:
            pipeline.stop()
            shutil.rmtree(folder)
    print(f'load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores')


if __name__ == '__main__':
    main()
