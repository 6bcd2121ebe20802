"""Azurite, Microsoft's emulator of Azure Storage, and a proxy before it that counts what is fetched and breaks what it is told to. Both
on loopback, both gone when the process that started them is."""

import contextlib
import http.client
import http.server
import os
import pathlib
import re
import subprocess
import threading
from dataclasses import dataclass

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # the emulator's own, known to all

# Runs a program until the pipe on its standard input closes.
UNTIL_PARENT_ENDS = "process.stdin.resume().on('end', () => process.exit()); require(process.argv[1])"


class Azurite:
    """The emulator, with all blobs in memory."""

    def __init__(self):
        program = SOURCE / "tests/node_modules/azurite/dist/src/blob/main.js"
        # Its clients may be newer than it is: the version that they name is not looked at.
        options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"]
        self.process = subprocess.Popen(["node", "-e", UNTIL_PARENT_ENDS, program, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(r"successfully listens on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise RuntimeError("azurite did not start: " + "".join(said))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)


def connection(port, credential=f"AccountName={ACCOUNT};AccountKey={KEY}"):
    return f"DefaultEndpointsProtocol=http;{credential};BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT}"


@dataclass
class Request:
    method: str
    path: str
    range: str
    status: int = 0
    sent: int = 0  # bytes of the body


@dataclass
class Fault:
    matches: object
    times: float
    what: object  # a status, or "cut": half of the body and no more


class Forward(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        request = Request(self.command, self.path, self.headers.get("Range", ""))
        what = self.server.fault_of(request)
        status, headers, body = (what, {}, b"") if isinstance(what, int) else self.fetch()
        request.status = status
        if self.command == "HEAD":
            length, body = next((v for k, v in headers.items() if k.lower() == "content-length"), "0"), b""
        else:
            length = str(len(body))
        if what == "cut":
            body, self.close_connection = body[: len(body) // 2], True
        request.sent = len(body)
        self.server.requests.append(request)
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def fetch(self):
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)
        upstream.request(self.command, self.path, headers=dict(self.headers))
        answer = upstream.getresponse()
        result = answer.status, dict(answer.getheaders()), answer.read()
        upstream.close()
        return result


class Proxy(http.server.ThreadingHTTPServer):
    """Stands before the emulator; `requests` are those since the last `clear`."""

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Forward)
        self.upstream, self.requests, self.faults = upstream, [], []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def clear(self):
        self.requests.clear()

    def pixels(self):
        """Requests for parts of files."""
        return [r for r in self.requests if r.method == "GET" and "comp=list" not in r.path]

    def fault_of(self, request):
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and fault.matches(request):
                    fault.times -= 1
                    return fault.what
        return None

    @contextlib.contextmanager
    def failing(self, matches, what, times=float("inf")):
        fault = Fault(matches, times, what)
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)
