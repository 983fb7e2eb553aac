"""Writes a policy's answers, in the child; numpy's numbers and arrays are taken for plain ones."""

import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final

import msgspec

from sandbox.limits import too_large
from sandbox.wire import ChildFault

_DEPTH: Final = 8
"""How deep an answer is searched for its offending part."""


class AnswerEncoder:
    """Encodes answers as JSON, and says which part of one cannot be."""

    def __init__(self, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._encoder = msgspec.json.Encoder(enc_hook=plain)

    def encode(self, answer: object, share: int = 1) -> bytes | ChildFault:
        """Encodes one answer, or a list of `share` of them."""
        try:
            body = self._encoder.encode(answer)
        except TypeError as error:
            return offence(answer) or ChildFault("answer_type", str(error))
        except (RecursionError, ValueError, OverflowError) as error:
            return ChildFault("answer_malformed", f"the answer cannot be encoded: {error}")
        if len(body) > self._answer_bytes * share:
            return ChildFault("answer_too_large", too_large(len(body), self._answer_bytes * share))
        # The encoder writes NaN and infinity as null, which an optional number would take for None.
        return (offence(answer) if b"null" in body else None) or body


def plain(value: object) -> object:
    """Makes a plain value of numpy's, or of a subclass of a plain type.

    Raises:
        TypeError: It is nothing of the kind.
    """
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        return value.item()
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.tolist()
    for kind in (float, int, str):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"a {type(value).__name__} is no part of any answer")


def offence(answer: object, path: str = "", depth: int = _DEPTH) -> ChildFault | None:
    """Finds the first part of an answer that is not finite or cannot travel."""
    if isinstance(answer, float):
        if math.isfinite(answer):
            return None
        return ChildFault(
            "not_finite", f"the answer must be finite, but it holds {float(answer)}", path or None
        )
    parts = _parts(answer)
    if parts is not None:
        found = (offence(part, f"{path}{key}", depth - 1) for key, part in parts) if depth else ()
        return next((offending for offending in found if offending is not None), None)
    if answer is None or isinstance(answer, int | str | bytes | Enum):
        return None
    try:
        return offence(plain(answer), path, depth)
    except TypeError as error:
        return ChildFault("answer_type", str(error), path or None)


def _parts(answer: object) -> list[tuple[str, object]] | None:
    if isinstance(answer, Mapping):
        return [(f"[{key!r}]", part) for key, part in answer.items()]
    if isinstance(answer, list | tuple | set | frozenset):
        return [(f"[{index}]", part) for index, part in enumerate(answer)]
    if is_dataclass(answer) and not isinstance(answer, type):
        return [(f".{field.name}", getattr(answer, field.name, None)) for field in fields(answer)]
    return None
