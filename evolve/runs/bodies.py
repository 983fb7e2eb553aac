"""Bodies of events as bytes: MessagePack, compressed where that is smaller."""

import math
import zlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from evolve.runs.events import Body

_RAW: Final = b"r"
_ZLIB: Final = b"z"
_LEVEL: Final = 9
_MAX_DEPTH: Final = 64
_SURROGATES: Final = 1
"""MessagePack extension for a string with lone surrogates, which UTF-8 cannot hold."""

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


class BodyDamaged(Exception):  # noqa: N818 - reads as what happened; the store adds where
    """Bytes that no body was ever packed into."""


def plain(value: object, where: str = "body", depth: int = 0) -> Plain:
    """Copies `value` into dicts, lists and exact built-in scalars.

    Raises:
        ValueError: Something in it would not come back as it went in; the message says where.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
    elif isinstance(value, int):
        if -(1 << 63) <= value < 1 << 64:
            return int(value)
    elif depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            return {_key(key, where): plain(item, f"{where}.{key}", depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise ValueError(
        f"expected plain data with finite floats, 64-bit integers and at most {_MAX_DEPTH} levels, "
        f"but {where} is {type(value).__name__} {value!a:.80}; convert it before it is recorded"
    )


def _key(key: object, where: str) -> str:
    if isinstance(key, str):
        try:
            key.encode()
        except UnicodeEncodeError:
            pass
        else:
            return str.__str__(key)
    raise ValueError(f"expected keys of Unicode text, but {where} has the key {key!a}; rename it")


def pack(body: Body) -> bytes:
    """Turns a body into bytes; equal bodies with equal key order give equal bytes.

    Raises:
        ValueError: The body is not plain data.
    """
    copied = plain(body)
    try:
        raw = msgspec.msgpack.encode(copied)
    except UnicodeEncodeError:
        raw = msgspec.msgpack.encode(_wrapped(copied))
    squeezed = zlib.compress(raw, _LEVEL)
    return _ZLIB + squeezed if len(squeezed) < len(raw) else _RAW + raw


def unpack(blob: bytes) -> dict[str, Any]:
    """Turns bytes back into the body.

    Raises:
        BodyDamaged: The bytes are not what `pack` made.
    """
    try:
        raw = zlib.decompress(blob[1:]) if blob[:1] == _ZLIB else blob[1:]
        return _DECODER.decode(raw)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BodyDamaged(str(error)) from error


def _wrapped(value: Plain) -> object:
    if isinstance(value, dict):
        return {key: _wrapped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_wrapped(item) for item in value]
    if isinstance(value, str) and not value.isascii():
        return msgspec.msgpack.Ext(_SURROGATES, value.encode("utf-8", "surrogatepass"))
    return value


def _unwrapped(code: int, data: memoryview) -> str:
    if code != _SURROGATES:
        raise BodyDamaged(f"unknown extension {code}")
    return bytes(data).decode("utf-8", "surrogatepass")


_DECODER: Final = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=_unwrapped)
