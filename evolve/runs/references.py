"""Texts that a run speaks of: its events, and its calls that wait, name them by digest."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def named(value: object) -> Iterator[str]:
    """Yields, in order, whatever in plain data may be the digest of a text, or of something else."""
    if isinstance(value, str):
        yield from _DIGEST.findall(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from named(part)
    elif isinstance(value, list | tuple):
        for part in value:
            if not isinstance(part, float):  # tables of figures are most of a log
                yield from named(part)
