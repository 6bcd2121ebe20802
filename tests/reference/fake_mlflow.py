"""Servers on loopback that play an MLflow server, well or badly. Each stops by itself at the end of its `with`."""

import contextlib
import http.server
import json
import socket
import ssl
import threading
import time

RUN = {"run": {"info": {"run_id": "r1", "experiment_id": "0", "artifact_uri": "mlflow-artifacts:/0/r1/artifacts"}}}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as a server of one run does, and keeps what it was sent. `server.behave(handler)` may answer first."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), self.body))
        if self.server.behave and self.server.behave(self):
            return
        if "get-by-name" in self.path:
            self.answer(200, json.dumps({"experiment": {"experiment_id": "0"}}).encode())
        elif "runs/create" in self.path or "runs/get" in self.path:
            self.answer(200, json.dumps(RUN).encode())
        else:
            self.answer(200, b"{}")

    do_GET = do_POST = do_PUT = handle_any

    def handle(self):
        with contextlib.suppress(OSError):
            super().handle()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behave=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.seen, self.closing = behave, [], threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass


@contextlib.contextmanager
def serving(behave=None, certificate=None):
    """A server; with (certificate, key) files it speaks TLS."""
    server = Server(behave)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def unused_address():
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


# What a bad server does with a request. True: it has been dealt with.


def drops(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def babbles(handler):
    handler.wfile.write(b"\x00\xff\x1b[31mSSH-2.0-what? \r\n\r\n")
    return drops(handler)


def fails(handler):
    handler.answer(500, b"<html>Internal Server Error</html>", "text/html")
    return True


def shows_a_page(handler):
    handler.answer(200, b"<html>Please log in</html>", "text/html")
    return True


def lies(handler):
    handler.answer(200, b'{"run": {"info": {"run_id": "\\u001b[2J"}}, "experiment": {"experiment_id": ["0"]}}')
    return True


def never_ends(handler):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.is_set():
        handler.wfile.write(b" " * 65536)
    return True


def never_answers(handler):
    handler.server.closing.wait()
    return True


def drips(handler):
    """A byte now and then: the connection is never idle for long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.closing.is_set():
        handler.wfile.write(b"X")
        time.sleep(0.1)
    return True


def goes_in_circles(handler):
    handler.send_response(307)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def refuses(handler):
    said = "\x1b[31m" + handler.headers.get("Authorization", "") + "x" * 5000
    handler.answer(403, json.dumps({"error_code": "PERMISSION_DENIED", "message": said}).encode())
    return True


def dies_later(handler):
    """Well for some requests, then never again."""
    return len(handler.server.seen) > 3 and never_answers(handler)
