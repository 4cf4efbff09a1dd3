"""A web server on this machine whose manners a test decides, and a look at what is in a folder."""

import contextlib
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

NO_WAIT = SimpleNamespace(sleep=lambda seconds: None)  # for `pooch.core.time`: the next attempt is made at once


class Server:
    """``server.files[path]``: bytes to send, or a function of the request's handler; ``server.asked``: paths, in order."""

    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self.files: dict = {}
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()


@contextlib.contextmanager
def serving():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = unquote(self.path)
            with server.lock:
                server.asked.append(path)
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
            try:
                answer = server.files.get(path, status(404))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    answer(self) if callable(answer) else send(answer)(self)
            finally:
                with server.lock:
                    server.at_once -= 1

        def log_message(self, *_):
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(web.server_address[1])
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def send(data: bytes, *, length: int | None = None, kind: str = "application/octet-stream"):
    """All of `data`, under a Content-Length that may be another."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data) if length is None else length))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def status(code: int):
    return lambda handler: handler.send_error(code)


def tree(folder: Path) -> dict[str, str]:
    """Everything below a folder: name -> checksum, or 'folder'."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(folder.rglob("*"))
    }
