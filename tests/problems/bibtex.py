"""A strict reader of BibTeX, for tests of what is cited."""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was read."""

    kind: str
    key: str
    fields: dict[str, str]


def read(text: str) -> Iterator[Entry]:
    """Reads comments, then `@kind{key,`, fields with balanced braces and a comma each, and `}`."""
    rest = text
    while rest := re.sub(r"\A(%[^@\n]*\n|\n)+", "", rest):
        head = re.match(r"@([a-z]+)\{([A-Za-z0-9-]+),\n", rest)
        assert head is not None, rest[:80]
        rest, fields = rest[head.end() :], dict[str, str]()
        while field := re.match(r"  ([a-z]+) = ", rest):
            value = _braced(rest[field.end() :])
            rest = rest[field.end() + len(value) :]
            assert rest.startswith(",\n"), rest[:80]
            assert field[1] not in fields, field[1]
            fields[field[1]], rest = value[1:-1], rest[2:]
        assert rest.startswith("}\n"), rest[:80]
        rest = rest[2:]
        yield Entry(head[1], head[2], fields)


def _braced(text: str) -> str:
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if depth == 0:
            return text[: i + 1]
    raise AssertionError(f"braces do not balance: {text[:80]}")
