#!/usr/bin/python3
"""Mails a second to postfix's smtp-sink, next to postfix's smtp-source.

    bench/mails.py BUILD [--mails N] [--rounds N] [--postfix DIR]

BUILD is a release build with -Dbench=true.  In each round smtp-source sends N
mails of the same size over as many kept connections, then a demo site is given
N forms at once and its mailer works them off, both into one smtp-sink.
CPU is that of the sending process, from /proc.

smtp-sink and smtp-source come with Debian's postfix, which need not be
installed: DIR is where `dpkg -x postfix_*.deb DIR` put it.
"""

import argparse
import os
import re
import resource
import subprocess
import tempfile
import time

import pages
import run

CONNECTIONS, BYTES = 8, 4500


class Sink:
    """smtp-sink, and how many mails it has."""

    def __init__(self, postfix, port):
        self.postfix = postfix
        self.env = dict(os.environ)
        if postfix:
            self.env['LD_LIBRARY_PATH'] = f'{postfix}/usr/lib/postfix'
        self.out = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [self.program('smtp-sink'), '-c', '-u', 'nobody',
             f'127.0.0.1:{port}', '1000'],
            env=self.env, stdout=self.out, stderr=self.out)
        time.sleep(0.5)

    def program(self, name):
        return f'{self.postfix}/usr/sbin/{name}' if self.postfix else name

    def count(self):
        end = self.out.seek(0, os.SEEK_END)
        text = os.pread(self.out.fileno(), 300, max(0, end - 300))
        found = re.findall(rb'mesg=(\d+)', text)
        return int(found[-1]) if found else 0

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.out.close()


def children_cpu_us():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


def say(who, mails, seconds, us):
    print(f'{who:12} {mails / seconds:8.0f} mails/s  {us / mails:7.1f} us CPU '
          'a mail', flush=True)
    return mails / seconds


def source(sink, port, mails):
    before, began = children_cpu_us(), time.monotonic()
    run.run(sink.program('smtp-source'), '-d', '-s', CONNECTIONS, '-l', BYTES,
            '-m', mails, '-f', 'a@example.org', '-t', 'b@example.org',
            f'inet:127.0.0.1:{port}', env=sink.env)
    return say('smtp-source', mails, time.monotonic() - began,
               children_cpu_us() - before)


def wait_for(sink, count):
    """Until so many are there, or none has come for ten seconds."""
    last, since = -1, time.monotonic()
    while sink.count() < count and time.monotonic() - since < 10:
        if sink.count() != last:
            last, since = sink.count(), time.monotonic()
        time.sleep(0.005)
    return sink.count()


def mailer(site, sink, build, mails):
    """The rate of the last three quarters, when the forms are all there."""
    pids = [site.roles()['mailer']]
    base = sink.count()
    run.run(f'{build}/bench/petition_load', '--url', run.URL, '--petition',
            run.PETITION, '--form-key', f'{site.folder}/web/form.key',
            '--pid', site.process.pid, '--phase', 'post', '--closed', 512,
            '--connections', 512, '--seconds', mails / 10000,
            '--tokens', f'{site.folder}.codes', stdout=subprocess.DEVNULL)
    begin = sink.count()
    us, began = pages.cpu_us(pids), time.monotonic()
    end = wait_for(sink, base + mails)
    seconds = time.monotonic() - began
    rate = say('mailer', end - begin, seconds, pages.cpu_us(pids) - us)
    wait_for(sink, 1 << 60)
    return rate


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    p.add_argument('build')
    p.add_argument('--mails', type=int, default=20000)
    p.add_argument('--rounds', type=int, default=3)
    p.add_argument('--postfix', default='')
    o = p.parse_args()
    with tempfile.TemporaryDirectory(prefix='petition-mails-') as folder:
        site = run.Site(o.build, folder + '/site')
        site.make()
        sink = Sink(o.postfix, run.SINK)
        site.start()
        try:
            for _ in range(o.rounds):
                control = source(sink, run.SINK, o.mails)
                ours = mailer(site, sink, o.build, o.mails)
                print(f'ratio {ours / control:.2f}', flush=True)
        finally:
            site.stop()
            sink.close()


if __name__ == '__main__':
    main()
