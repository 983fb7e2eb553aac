"""A server on this machine that plays the home of public files, and fails as such servers do."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Home:
    """What the server has, and how it behaves.

    Attributes:
        files: By path.
        address: Of the server.
        drop_after: It hangs up after so many bytes of an answer.
        ranges: Whether it knows `Range`.
        status: It answers this to everything.
        kind: Its `Content-Type`.
        shift: It sends what is asked for from so many bytes later on.
        lie: It says that files are longer by so many bytes.
        silent_s: It says nothing for so long after the first byte.
        chunked: It sends in chunks, without a length.
        version: Its `ETag`.
        asked: Paths that were asked for, each with the range, in order.
    """

    files: dict[str, bytes]
    address: str = ""
    drop_after: int | None = None
    ranges: bool = True
    status: int | None = None
    kind: str = "text/plain"
    shift: int = 0
    lie: int = 0
    silent_s: float = 0.0
    chunked: bool = False
    version: str = '"1"'
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def public_home(**files: bytes) -> Iterator[Home]:
    """Serves files, by names in which `__` is a dot, until the block ends."""
    home = Home({name.replace("__", "."): content for name, content in files.items()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(home))
    home.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield home
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(home: Home) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            home.asked.append((self.path.removeprefix("/"), wanted))
            content = home.files.get(self.path.removeprefix("/"))
            if home.status or content is None:
                self.send_error(home.status or 404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and home.ranges else 0
            if start and self.headers.get("If-Range", home.version) != home.version:
                start = 0
            if start and start >= len(content):
                self.send_error(416)
                return
            self._answer(content, start + home.shift if start else 0)

        def _answer(self, content: bytes, start: int) -> None:
            rest = content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", home.kind)
            self.send_header("ETag", home.version)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if home.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                rest = b"%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest)
            else:
                self.send_header("Content-Length", str(len(rest) + home.lie))
            self.end_headers()
            if home.silent_s:
                self.wfile.write(rest[:1])
                time.sleep(home.silent_s)
                rest = rest[1:]
            whole = home.drop_after is None and not home.lie
            self.wfile.write(rest if whole else rest[: home.drop_after])
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Says nothing: the tests look at what was asked."""

    return Handler
