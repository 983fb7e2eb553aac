"""Messages between the parent and the fork server; both are ours, neither carries a candidate's source."""

import socket
import struct
from collections.abc import Sequence
from typing import Final

import msgspec

from sandbox.runtime import Runtime

_LENGTH: Final = struct.Struct("<I")
_DESCRIPTORS: Final = 2
_CHUNK: Final = 1 << 12


class Ended(Exception):  # noqa: N818 - reads as what happened
    """The other side is gone."""


class Configure(msgspec.Struct, frozen=True, tag=True):
    """First request; comes with a descriptor of the parent's process, where there are such."""

    layers: tuple[str, ...]
    runtime: Runtime
    core: int | None


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Executes an interface's text, for all children that will name it."""

    name: str
    text: str


class Open(msgspec.Struct, frozen=True, tag=True):
    """Forks a child; comes with the child's ends of its channel and its output, neither of them read here."""

    interface: str
    memory_bytes: int
    total_cpu_s: float


class Reap(msgspec.Struct, frozen=True, tag=True):
    """Kills a child if it lives, and takes its leave."""

    pid: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """A request was carried out.

    Attributes:
        notes: What a user may want to know about the layers.
        pid: The fork server's number, as it sees it itself.
    """

    pid: int
    notes: tuple[str, ...] = ()


class Missing(msgspec.Struct, frozen=True, tag=True):
    """A layer cannot be set up."""

    layer: str
    reason: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A request could not be carried out."""

    reason: str


class Opened(msgspec.Struct, frozen=True, tag=True):
    """A child was forked; comes with a descriptor of its process, where there are such.

    Attributes:
        pid: As the fork server sees it.
    """

    pid: int


class Reaped(msgspec.Struct, frozen=True, tag=True):
    """A child is gone.

    Attributes:
        status: As `os.waitpid` gives it.
        peak_bytes: Largest resident set of the child, what it shares with the fork server included.
        server_bytes: Resident set of the fork server.
    """

    status: int
    cpu_s: float
    peak_bytes: int
    server_bytes: int


Request = Configure | Prepare | Open | Reap
Reply = Ready | Missing | Failed | Opened | Reaped

_encoder: Final = msgspec.msgpack.Encoder()
_requests: Final = msgspec.msgpack.Decoder(Request)
_replies: Final = msgspec.msgpack.Decoder(Reply)


def send(control: socket.socket, message: Request | Reply, descriptors: Sequence[int] = ()) -> None:
    """Sends a message.

    Raises:
        Ended: Nobody is there to take it.
    """
    body = _encoder.encode(message)
    data = memoryview(_LENGTH.pack(len(body)) + body)
    try:
        sent = socket.send_fds(control, [data], list(descriptors))
        control.sendall(data[sent:])
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Ended("the control channel is closed") from error


def receive_request(control: socket.socket) -> tuple[Request, list[int]]:
    """Waits for a request and its descriptors, which do not outlive an `exec`."""
    body, descriptors = _receive(control)
    return _requests.decode(body), descriptors


def receive_reply(control: socket.socket) -> tuple[Reply, list[int]]:
    """Waits for a reply and its descriptors, which do not outlive an `exec`."""
    body, descriptors = _receive(control)
    return _replies.decode(body), descriptors


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    # One request or reply is under way at a time, so a read never takes in the start of the next.
    try:
        data, descriptors, _, _ = socket.recv_fds(control, _CHUNK, _DESCRIPTORS)
        while data and len(data) < _LENGTH.size + _LENGTH.unpack_from(data)[0]:
            more = control.recv(_CHUNK)
            if not more:
                raise Ended("the control channel was closed in the middle of a message")
            data += more
    except ConnectionResetError as error:
        raise Ended("the control channel is closed") from error
    if not data:
        raise Ended("the control channel is closed")
    return data[_LENGTH.size :], descriptors
