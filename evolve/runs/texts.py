"""Texts as bytes: sources, prompts and replies, any string loss-free, lone surrogates too."""

import hashlib
import zlib
from collections.abc import Iterable
from typing import Final

_RAW: Final = b"r"
_ZLIB: Final = b"z"
_LEVEL: Final = 9


class TextDamaged(Exception):  # noqa: N818 - reads as what happened; the store adds where
    """Bytes that are not the text of their digest."""


def digest(text: str) -> str:
    """SHA-256 of the text's bytes in hexadecimal; for a source, the candidate's id."""
    return hashlib.sha256(_encoded(text)).hexdigest()


def pack_text(text: str) -> bytes:
    """Turns a text into bytes, compressed where that is smaller."""
    raw = _encoded(text)
    squeezed = zlib.compress(raw, _LEVEL)
    return _ZLIB + squeezed if len(squeezed) < len(raw) else _RAW + raw


def unpack_text(blob: bytes, expected: str) -> str:
    """Turns bytes back into the text whose digest is `expected`.

    Raises:
        TextDamaged: The bytes are those of no text, or of another.
    """
    try:
        raw = zlib.decompress(blob[1:]) if blob[:1] == _ZLIB else blob[1:]
    except zlib.error as error:
        raise TextDamaged(str(error)) from error
    actual = hashlib.sha256(raw).hexdigest()
    if actual != expected:
        raise TextDamaged(f"text {expected[:12]} now has digest {actual[:12]}")
    return raw.decode("utf-8", "surrogatepass")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class Recent:
    """The latest few names that were added; of more, the oldest are forgotten."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._names: dict[str, None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, names: Iterable[str]) -> None:
        """Adds names that are not there."""
        for name in names:
            self._names[name] = None
        for name in list(self._names)[: max(0, len(self._names) - self._size)]:
            del self._names[name]
