#!/usr/bin/python3
"""All figures of bench/README.md in one run.

    bench/run.py BUILD [--present N] [--seconds S] [--rate R]
                 [--site DIR] [--no-controls]

BUILD is a release build with -Dbench=true.  A demo site is made below TMPDIR,
with limits off; it is measured empty, filled with N signatures by preload, and
measured again.  The controls (bare SQLite, the parts alone, nginx with the
same bytes) run in between, so that what else the machine does falls on all.
--site takes a filled site that is there already; --present 0 measures the
empty one only.  Needs nginx and wrk.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import pages

PORT, SINK = 18080, 18025
URL = f'http://127.0.0.1:{PORT}'
PETITION = 700001


def run(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, text=True,
                          **more)


def heading(text):
    print(f'\n== {text}', flush=True)


class Site:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.daemon = f'{build}/src/cmd/petitiond'
        self.process = None

    def make(self):
        run(self.daemon, 'init', self.folder, '--demo', '--base-url', URL,
            stdout=subprocess.DEVNULL)
        path = f'{self.folder}/petitiond.conf'
        with open(path) as f:
            text = f.read()
        for key, value in (('off', 'yes'), ('connections_per_address', 60000),
                           ('relay', f'smtp://127.0.0.1:{SINK}')):
            text = re.sub(rf'(?m)^{key} = .*', f'{key} = {value}', text)
        with open(path, 'w') as f:
            f.write(text)

    def start(self):
        """Seconds from exec to the first good /healthz."""
        began = time.monotonic()
        with open(f'{self.folder}.log', 'a') as log:
            self.process = subprocess.Popen(
                [self.daemon, 'serve', self.folder, '--listen',
                 f'127.0.0.1:{PORT}'], stderr=log)
        while time.monotonic() - began < 300:
            try:
                with urllib.request.urlopen(URL + '/healthz', timeout=5):
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.01)
        sys.exit('the site does not start: see ' + self.folder + '.log')

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def roles(self):
        """{name: pid}"""
        pid = self.process.pid
        with open(f'/proc/{pid}/task/{pid}/children') as f:
            pids = f.read().split()
        found = {}
        for p in pids:
            with open(f'/proc/{p}/cmdline') as f:
                found[f.read().split('\0')[2]] = int(p)
        return found


def say_memory(site):
    for name, pid in site.roles().items():
        with open(f'/proc/{pid}/status') as f:
            text = f.read()
        rss, anon, peak = (
            int(re.search(rf'{k}:\s+(\d+)', text)[1]) / 1024
            for k in ('VmRSS', 'RssAnon', 'VmHWM'))
        print(f'memory  {name:7} {rss:8.1f} MiB resident, {anon:8.1f} of its '
              f'own, {peak:8.1f} at most')


def disk_bytes(folder):
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            total += os.lstat(f'{at}/{name}').st_blocks * 512
    return total


def say_disk(site, present):
    whole = 0
    for name in ('web', 'keeper', 'log', 'public'):
        n = disk_bytes(f'{site.folder}/{name}')
        whole += n
        print(f'disk    {name:7} {n / 2**20:9.1f} MiB'
              + (f', {n / present:7.1f} bytes a signature' if present else ''))
    if present:
        print(f'disk    in all  {whole / 2**20:9.1f} MiB, '
              f'{whole / present:7.1f} bytes a signature')


def say_load(site, options, *more):
    heading(' '.join(str(m) for m in more))
    sys.stdout.flush()
    run(f'{options.build}/bench/petition_load', '--url', URL, '--petition',
        PETITION, '--form-key', f'{site.folder}/web/form.key', '--pid',
        site.process.pid, '--seconds', options.seconds, '--tokens',
        f'{site.folder}.codes', *more)


def say_journeys(site, options):
    sink = ('--sink', SINK)
    for rate in (options.rate / 4, options.rate / 2, options.rate):
        say_load(site, options, '--phase', 'post', '--rate', rate, *sink)
        say_load(site, options, '--phase', 'confirm', '--rate', rate,
                 '--warm', 1)
    say_load(site, options, '--phase', 'post', '--closed', 512,
             '--connections', 512, *sink)
    say_load(site, options, '--phase', 'confirm', '--closed', 512,
             '--connections', 512, '--warm', 1)
    say_load(site, options, '--phase', 'both', '--rate', options.rate / 4,
             *sink)


def say_pages(site, rounds=2):
    """The petition's page and JSON next to nginx serving the same bytes."""
    paths = {'page': f'/petitions/{PETITION}',
             'json': f'/petitions/{PETITION}.json'}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        sizes = {}
        for name, path in paths.items():
            with urllib.request.urlopen(URL + path) as r, \
                    open(f'{folder}/{name}', 'wb') as f:
                sizes[name] = f.write(r.read())
        master, workers, port = pages.start_nginx(folder, 1)
        web = [site.roles()['web']]
        try:
            for name, path in paths.items():
                both = [('ours', web, URL + path),
                        ('nginx', workers, f'http://127.0.0.1:{port}/{name}')]
                us = {'ours': [], 'nginx': []}
                for i in range(2 * rounds):
                    for who, pid, url in both if i % 2 == 0 else both[::-1]:
                        r = pages.load(pid, url, *pages.BROWSER)
                        us[who].append(r['us'])
                        print(f"{name} of {sizes[name]} bytes  {who:6} "
                              f"{r['us']:6.1f} us CPU a request, "
                              f"{r['rps']:8.0f}/s, p99 {r['p99']}", flush=True)
                mean = {k: sum(v) / len(v) for k, v in us.items()}
                print(f"{name}: capacity against nginx "
                      f"{mean['nginx'] / mean['ours']:.2f}")
        finally:
            master.terminate()
            master.wait()


def say_controls(options, present):
    bench = f'{options.build}/bench'
    for args in (('store_bench', 0, 256, 100), ('store_bench', 0, 4096, 25),
                 ('store_bench', min(present, 1000000), 1024, 50),
                 ('seal_bench',), ('log_bench',),
                 ('keep_bench', present or 1000000)):
        heading(' '.join(str(a) for a in args))
        sys.stdout.flush()
        run(f'{bench}/{args[0]}', *args[1:])


def measure(site, options, present):
    heading(f'{present} signatures present')
    print(f'start   {site.start():.2f} s')
    time.sleep(2)
    say_memory(site)
    say_disk(site, present)
    say_journeys(site, options)
    heading('memory after the load')
    say_memory(site)
    heading('page and JSON from the cache')
    say_pages(site)
    site.stop()


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('build')
    p.add_argument('--present', type=int, default=100000)
    p.add_argument('--seconds', type=float, default=8)
    p.add_argument('--rate', type=float, default=10000)
    p.add_argument('--site')
    p.add_argument('--no-controls', action='store_true')
    options = p.parse_args()
    folder = tempfile.mkdtemp(prefix='petition-bench-')
    try:
        print(' '.join(os.uname()[i] for i in (0, 2, 4)), os.cpu_count(),
              'CPUs')
        if not options.site:
            site = Site(options.build, folder + '/site')
            site.make()
            measure(site, options, 0)
            if options.present == 0:
                return
            shutil.rmtree(site.folder)
            os.unlink(site.folder + '-desk.age')
            site.make()
            site.start()
            time.sleep(5)  # a checkpoint with the petitions' leaves
            site.stop()
            heading('preload')
            sys.stdout.flush()
            run(options.build + '/bench/preload', site.folder, PETITION,
                options.present)
        else:
            site = Site(options.build, options.site.rstrip('/'))
        measure(site, options, options.present)
        run(site.daemon, 'check', site.folder)
        if not options.no_controls:
            say_controls(options, options.present)
    finally:
        shutil.rmtree(folder)


if __name__ == '__main__':
    main()
