#!/usr/bin/python3
"""What the server costs: CPU a request next to nginx, memory a connection.

    bench/pages.py BUILD/src/http/http_server [ROUNDS]

nginx (as many workers as we have threads, sendfile, open_file_cache) serves the
same bytes from a file, with the same fields: a page of 10,240 and JSON of 5,500
bytes, over connections that are kept and over new ones.  Both get the same load
from wrk, one after the other, order reversed every round, so a busy machine
hurts both alike.  CPU is user and system time of the serving processes, from
/proc.  Needs nginx and wrk.
"""

import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 2
TICK_US = 1e6 / os.sysconf('SC_CLK_TCK')
JSON = b'{"signature_count":%s}' % (b'1' * 5480)
BODY = (b'<p>A petition, and what it asks for: ' * 300)[:10240]
FIELDS = '''add_header Content-Security-Policy "default-src 'none'; style-src
'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action
'self'; frame-ancestors 'none'; base-uri 'none'";
add_header Referrer-Policy no-referrer; add_header Cache-Control no-cache;
add_header X-Content-Type-Options nosniff;
add_header Permissions-Policy "camera=(), geolocation=(), microphone=()";
add_header Cross-Origin-Opener-Policy same-origin;
add_header Cross-Origin-Resource-Policy same-origin;
'''.replace("style-src\n", "style-src ").replace("form-action\n",
                                                 "form-action ")
BROWSER = [
    '-H', 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) '
    'Gecko/20100101 Firefox/128.0',
    '-H', 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    '-H', 'Accept-Language: en-GB,en;q=0.5',
    '-H', 'Referer: http://127.0.0.1/',
    '-H', 'Sec-Fetch-Dest: document', '-H', 'Sec-Fetch-Mode: navigate',
    '-H', 'Sec-Fetch-Site: same-origin', '-H', 'Upgrade-Insecure-Requests: 1',
]
POST = '''wrk.method = "POST"
wrk.body = string.rep("name=Ada+Lovelace&mail=ada%40example.org&", 10)
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def cpu_us(pids):
    return sum(one_cpu_us(pid) for pid in pids)


def one_cpu_us(pid):
    with open(f'/proc/{pid}/stat') as f:
        part = f.read().rsplit(')', 1)[1].split()
    return (int(part[11]) + int(part[12])) * TICK_US


def anonymous_kb(pid):
    with open(f'/proc/{pid}/status') as f:
        return int(re.search(r'RssAnon:\s+(\d+)', f.read())[1])


def load(pids, url, *more):
    before = cpu_us(pids)
    out = subprocess.run(
        ['wrk', '-t1', '-c64', f'-d{SECONDS}s', '--latency', *more, url],
        capture_output=True, text=True, check=True).stdout
    n = int(re.search(r'(\d+) requests in', out)[1])
    if re.search(r'Non-2xx', out):
        sys.exit('not every request was answered well:\n' + out)
    return {
        'us': (cpu_us(pids) - before) / n,
        'rps': float(re.search(r'Requests/sec:\s+([\d.]+)', out)[1]),
        'p99': re.search(r'99%\s+(\S+)', out)[1],
    }


def start_nginx(folder, workers):
    port = free_port()
    with open(f'{folder}/nginx.conf', 'w') as f:
        f.write(f'''daemon off; worker_processes {workers}; pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 16384; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
open_file_cache max=100; default_type "text/html; charset=utf-8";
client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; root {folder}; {FIELDS} }} }}
''')
    master = subprocess.Popen(
        ['nginx', '-e', f'{folder}/error.log', '-c', f'{folder}/nginx.conf'])
    while not os.path.exists(f'{folder}/pid'):
        time.sleep(0.05)
    time.sleep(0.3)
    with open(f'/proc/{master.pid}/task/{master.pid}/children') as f:
        return master, [int(pid) for pid in f.read().split()], port


def idle_memory(pid, port, count):
    before = anonymous_kb(pid)
    kept = []
    for _ in range(count):
        s = socket.create_connection(('127.0.0.1', port))
        s.sendall(b'HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n')
        s.recv(4096)
        kept.append(s)
    time.sleep(6)  # an idle connection gives back what it had, by and by
    kb = (anonymous_kb(pid) - before) / count
    idle = cpu_us([pid])
    time.sleep(2)
    idle = (cpu_us([pid]) - idle) / 2
    for s in kept:
        s.close()
    return kb, idle


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, data in (('page', BODY), ('json', JSON),
                           ('post.lua', POST.encode())):
            with open(f'{folder}/{name}', 'wb') as f:
                f.write(data)
        for threads in (1, 2):
            run(rounds, folder, threads)


def run(rounds, folder, threads):
    ours = subprocess.Popen(
        [sys.argv[1], f'{folder}/page', f'{folder}/json', str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    port = int(ours.stdout.readline())
    master, workers, nginx_port = start_nginx(folder, threads)
    try:
        for path in ('page', 'json'):
            for kept in (True, False):
                measure(rounds, threads, path, kept,
                        [('ours', [ours.pid], port),
                         ('nginx', workers, nginx_port)])
        if threads == 1:
            alone(folder, ours.pid, port)
    finally:
        master.terminate()
        master.wait()
        ours.stdin.close()
        ours.wait()
    os.unlink(f'{folder}/nginx.conf')


def measure(rounds, threads, path, kept, both):
    total = {'ours': [], 'nginx': []}
    close = [] if kept else ['-H', 'Connection: close']
    for i in range(rounds):
        for name, pids, at in both if i % 2 == 0 else reversed(both):
            r = load(pids, f'http://127.0.0.1:{at}/{path}', *BROWSER, *close)
            total[name].append(r['us'])
    mean = {k: sum(v) / len(v) for k, v in total.items()}
    print(f"{threads} thread(s), {path}, {'kept' if kept else 'new'} "
          f"connections: ours {mean['ours']:.1f}, nginx {mean['nginx']:.1f} "
          f"us CPU a request; capacity {mean['nginx'] / mean['ours']:.2f}",
          flush=True)


def alone(folder, pid, port):
    r = load([pid], f'http://127.0.0.1:{port}/form', '-s',
             f'{folder}/post.lua', *BROWSER)
    print(f"POST parked  ours {r['us']:6.1f} us CPU a request "
          f"(answerer included), {r['rps']:8.0f}/s, p99 {r['p99']}")
    kb, idle = idle_memory(pid, port, 10000)
    print(f'10,000 idle connections: {kb:.1f} KiB each (RssAnon), '
          f'{idle / 1e4:.2f} % CPU')


if __name__ == '__main__':
    main()
