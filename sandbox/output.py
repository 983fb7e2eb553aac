"""What a policy prints: drained, so that it never waits, cut at a stated size, and made safe to show."""

import os
from dataclasses import dataclass
from typing import Final, Self

OUTPUT_BYTES: Final = 4096
"""So much of what one child prints is kept, from its start; the rest is counted and thrown away."""

_READ_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Printed:
    """What one child printed, to its output and its errors alike.

    Attributes:
        text: The beginning, printable but for its line ends.
        dropped_bytes: How much came after it.
    """

    text: str = ""
    dropped_bytes: int = 0

    def __str__(self) -> str:
        """The text, and what is missing of it."""
        if not self.dropped_bytes:
            return self.text
        return f"{self.text}\n... and {self.dropped_bytes:,} bytes more"


class Output:
    """The parent's end of the pipe to which a child prints."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._kept = bytearray()
        self._dropped_bytes = 0

    @classmethod
    def pipe(cls) -> tuple[Self, int]:
        """Makes a pipe, and returns its two ends: ours, and the descriptor of the child's."""
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        return cls(ours), theirs

    def fileno(self) -> int:
        """The descriptor, to be waited for."""
        return self._descriptor

    def drain(self) -> bool:
        """Takes what is there, up to a pipe's worth; whether that was anything.

        Once, not until there is nothing: a child could print faster than it is listened to, for ever.
        """
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        room = OUTPUT_BYTES - len(self._kept)
        self._kept += data[:room]
        self._dropped_bytes += max(len(data) - room, 0)
        return bool(data)

    def printed(self) -> Printed:
        """What came so far."""
        return Printed(shown(bytes(self._kept)), self._dropped_bytes) if self._kept else _NOTHING

    def close(self) -> None:
        """Takes what is left and closes our end; the child must have ended."""
        while self.drain():
            continue
        os.close(self._descriptor)


_NOTHING: Final = Printed()


def shown(output: bytes) -> str:
    """Makes output fit for a terminal, a page or a prompt: its lines, with everything else escaped."""
    text = output.decode("utf-8", "backslashreplace").replace("\r\n", "\n").rstrip("\n")
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
