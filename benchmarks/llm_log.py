"""What the local endpoint was asked, and what it took for it: a line for every request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

_SENT: Final = b'{"sent":'


@dataclass(frozen=True, slots=True)
class Logged:
    """A request as the endpoint saw it.

    Attributes:
        at: When it was read, in seconds since the epoch.
        digest: Of its messages.
        kind: Of the reply, or how the endpoint misbehaved, or `refused`.
        billed: Whether `cost_usd` was taken.
        sent: Whether its answer was handed over whole; a client may have it an instant before this is known.
    """

    number: int
    at: float
    digest: str
    kind: str
    status: int
    billed: bool
    input_tokens: int
    output_tokens: int
    cost_usd: float
    model: str
    sent: bool = False


class Log:
    """A file of requests; none is kept without a path."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("ab", buffering=0) if path is not None else None

    def note(self, row: Logged) -> None:
        """Writes a request; to be called before its answer is sent."""
        self._write(msgspec.json.encode(row))

    def sent(self, number: int) -> None:
        """Writes that a request's answer was handed over whole."""
        self._write(_SENT + b"%d}" % number)

    def _write(self, line: bytes) -> None:
        if self._file is not None:
            self._file.write(line + b"\n")


def read_log(path: Path) -> Sequence[Logged]:
    """Reads a log; a last line that is not whole yet is left out.

    Several endpoints may have written it, one after the other: each counts from 0.
    """
    if not path.exists():
        return ()
    rows, places = list[Logged](), dict[int, int]()
    for line in path.read_bytes().split(b"\n")[:-1]:
        if line.startswith(_SENT):
            place = places[msgspec.json.decode(line, type=dict[str, int])["sent"]]
            rows[place] = replace(rows[place], sent=True)
        else:
            rows.append(msgspec.json.decode(line, type=Logged))
            places[rows[-1].number] = len(rows) - 1
    return tuple(rows)
