"""A real server of pages, and a viewer that speaks to it as a browser does, or as no browser would."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        token: What `adrs dashboard` printed; empty if none is asked for.
    """

    process: subprocess.Popen[str]
    port: int
    token: str

    def get(self, path: str, method: str = "GET") -> httpx.Response:
        """Asks for a path as it is written, dots and all."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}") as client:
            url = client.base_url.copy_with(raw_path=path.encode())
            return client.send(client.build_request(method, url))

    def end(self, number: signal.Signals) -> int:
        """Sends a signal and waits for the end; gives the exit code."""
        self.process.send_signal(number)
        return self.process.wait(WITHIN_S)


@contextmanager
def serving(db: Path, *options: str) -> Iterator[Server]:
    """Starts `adrs dashboard` on a free port, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "evolve", "dashboard", "--db", str(db), "--port", str(port), *options]
    environment = {**os.environ, "TMPDIR": str(db.parent)}
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, cwd=db.parent, env=environment
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # that it starts
        said = process.stderr.readline()
        found = re.search(r"token=(\S+)", said)
        server = Server(process, port, "" if found is None else found[1])
        try:
            _await_health(server, said)
            yield server
        finally:
            process.terminate()


def _await_health(server: Server, said: str) -> None:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            if server.get("/_stcore/health").is_success:
                return
        assert server.process.poll() is None, said
        time.sleep(0.05)
    raise AssertionError(f"no server within {WITHIN_S:.0f} s: {said}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page sent."""

    messages: Sequence[ForwardMsg]

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(message.SerializeToString() for message in self.messages)

    def button(self, label: str) -> str:
        """Finds what a browser would name if a button was pressed."""
        elements = [m.delta.new_element for m in self.messages if m.WhichOneof("type") == "delta"]
        return next(e.button.id for e in elements if e.button.label == label)


@contextmanager
def viewing(server: Server, *, host: str = "127.0.0.1", origin: str | None = None) -> Iterator["Viewer"]:
    """Opens a session of pages, as a page of that origin does that knows the server by that name."""
    with connect(
        f"ws://{host}:{server.port}/_stcore/stream",
        sock=socket.create_connection(("127.0.0.1", server.port)),
        origin=None if origin is None else Origin(origin),
        subprotocols=[Subprotocol("streamlit")],
    ) as channel:
        yield Viewer(channel)


class Viewer:
    """A session of pages, over one connection."""

    def __init__(self, channel: ClientConnection) -> None:
        self._channel = channel

    def look(
        self, page: str, query: str = "", *, pressed: str = "", claimed: Mapping[str, str] | None = None
    ) -> Drawn:
        """Has a page drawn.

        Args:
            pressed: A button, by what `Drawn.button` gives.
            claimed: States that this viewer says its session has.
        """
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        for name, value in (claimed or {}).items():
            message.rerun_script.widget_states.widgets.add(id=name, string_value=value)
        if pressed:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self._channel.send(message.SerializeToString())
        return Drawn(list(self._until_drawn()))

    def _until_drawn(self) -> Iterator[ForwardMsg]:
        while True:
            body = self._channel.recv(timeout=WITHIN_S)
            assert isinstance(body, bytes)
            message = ForwardMsg.FromString(body)
            yield message
            if message.WhichOneof("type") == "script_finished":
                return


def command_of(server: Server, verb: str) -> int | None:
    """Finds a command that the server started; None if it has none."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if verb.encode() in words and int(parent) == server.process.pid:
                return int(entry.name)
    return None


def is_there(pid: int) -> bool:
    """Whether a process still runs, or waits to be looked after."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
