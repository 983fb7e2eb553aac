"""Messages between the parent and a child: typed, length-prefixed, never pickled.

Down goes MessagePack, which keeps every float, with arrays as raw buffers behind the body. Up comes JSON,
whose typed decoder refuses NaN, overflow and deep nesting. What comes up is hostile until it is decoded.
"""

import os
import struct
import sys
from types import ModuleType
from typing import Final

import msgspec

JOB, SOLVE, START, STEP = b"J", b"S", b"I", b"T"
"""Verbs that go down: the source; one task; one setup; a batch of (handle, observation)."""

SEALED, READY, ANSWER, FAULT, MIXED, BROKEN = b"s", b"r", b"a", b"f", b"m", b"x"
"""Verbs that come up. SEALED or BROKEN comes first, before the candidate has run, and is ours."""

DOWN: Final = struct.Struct("<c3xII")
"""Verb, bytes of the body, bytes of arrays. The arrays start at the next multiple of `ALIGNMENT`."""

UP: Final = struct.Struct("<cI")
"""Verb, bytes of the body."""

ALIGNMENT: Final = 16

Frame = tuple[bytes, memoryview, memoryview]
"""What came down: verb, body, and the arrays behind it."""

_NO_TAIL: Final = memoryview(b"")
CHUNK: Final = 1 << 12
"""Read at once, which most frames fit in; a larger buffer can cost the allocator microseconds."""


class Job(msgspec.Struct, frozen=True, array_like=True):
    """What a child is to be.

    Attributes:
        source: UTF-8 in which lone surrogates pass, so that any text reaches the compiler, its judge.
        entry: `solve` or `Policy`.
    """

    source: bytes
    entry: str
    seed: int
    answer_bytes: int


class ChildFault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fault as the child tells it; everything in it is checked by the parent.

    Attributes:
        refused: What the sandbox refused, by a name of `sandbox.hints`.
    """

    rule: str
    message: str
    element: str | None = None
    refused: str | None = None


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of a MIXED reply: an encoded answer or a fault."""

    answer: msgspec.Raw = msgspec.Raw()
    fault: ChildFault | None = None


def padding(length: int) -> int:
    """Bytes to the next multiple of `ALIGNMENT`."""
    return -length % ALIGNMENT


class DownEncoder:
    """Writes frames that go down."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._foreign)
        self._tail = bytearray()

    def frame(self, verb: bytes, value: object) -> bytes:
        """Encodes a message.

        Raises:
            TypeError: Something in it does not travel.
            ValueError: An array in it is not finite.
        """
        if self._tail:
            # Left by a message that turned out, behind its arrays, not to travel.
            self._tail = bytearray()
        body = self._encoder.encode(value)
        head = DOWN.pack(verb, len(body), len(self._tail))
        if not self._tail:
            return head + body
        tail, self._tail = self._tail, bytearray()
        return b"".join((head, body, bytes(padding(len(head) + len(body))), tail))

    def _foreign(self, value: object) -> object:
        numpy = sys.modules.get("numpy")
        if numpy is None or not isinstance(value, numpy.ndarray | numpy.generic):
            raise TypeError(f"a {type(value).__name__} does not travel to a policy")
        if isinstance(value, numpy.generic):
            return value.item()
        from sandbox import arrays  # noqa: PLC0415 - loads numpy, which not every problem needs

        ready = arrays.little(value)
        start = len(self._tail)
        self._tail += ready.data.cast("B") if ready.size else b""
        self._tail += bytes(padding(len(self._tail)))
        return ready.dtype.str, ready.shape, start


class DownDecoder:
    """Reads frames in the child, into the types of one interface.

    Takes `sandbox.arrays`, or None where numpy is not loaded: the child itself can import nothing of ours.
    """

    def __init__(self, kind: object, arrays: ModuleType | None) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind, dec_hook=self._array)
        self._arrays = arrays
        self._tail = memoryview(b"")

    def decode(self, body: memoryview, tail: memoryview) -> object:
        """Decodes a frame's body; arrays in the result are read-only views of its tail."""
        self._tail = tail
        return self._decoder.decode(body)

    def _array(self, annotation: object, value: object) -> object:
        if self._arrays is None:
            raise RuntimeError(f"{annotation} is no plain value, and numpy is not preloaded")
        return self._arrays.received(msgspec.convert(value, self._arrays.Header), self._tail, annotation)


def read_frame(descriptor: int) -> Frame | None:
    """Reads one frame in the child; None at the end of the channel."""
    data = os.read(descriptor, CHUNK)
    if not data:
        return None
    verb, length, tail = DOWN.unpack_from(data)
    body_end = DOWN.size + length
    if not tail and len(data) == body_end:
        return verb, memoryview(data)[DOWN.size :], _NO_TAIL
    start = body_end + padding(body_end)
    whole = _whole(descriptor, data, start + tail if tail else body_end)
    return None if whole is None else (verb, whole[DOWN.size : body_end], whole[start : start + tail])


def _whole(descriptor: int, data: bytes, size: int) -> memoryview | None:
    whole = memoryview(bytearray(size))
    whole[: len(data)] = data
    filled = len(data)
    while filled < size:
        count = os.readv(descriptor, [whole[filled:]])
        if count == 0:
            return None
        filled += count
    return whole.toreadonly()


def write_frame(descriptor: int, verb: bytes, body: bytes) -> None:
    """Writes one frame in the child."""
    data = UP.pack(verb, len(body)) + body
    while data:
        data = data[os.write(descriptor, data) :]
