import re
from collections.abc import Iterator

from tests.evolve.cli.conftest import Adrs


def entries(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Parses strictly: comments, then `@kind{key,`, fields with balanced braces and a comma each, and `}`."""
    rest = text
    while rest := re.sub(r"\A(%[^@\n]*\n|\n)+", "", rest):
        head = re.match(r"@([a-z]+)\{([A-Za-z0-9-]+),\n", rest)
        assert head is not None, rest[:80]
        rest, fields = rest[head.end() :], dict[str, str]()
        while field := re.match(r"  ([a-z]+) = ", rest):
            value = braced(rest[field.end() :])
            rest = rest[field.end() + len(value) :]
            assert rest.startswith(",\n"), rest[:80]
            assert field[1] not in fields
            fields[field[1]], rest = value[1:-1], rest[2:]
        assert rest.startswith("}\n"), rest[:80]
        rest = rest[2:]
        yield head[1], head[2], fields


def braced(text: str) -> str:
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if depth == 0:
            return text[: i + 1]
    raise AssertionError(f"braces do not balance: {text[:80]}")


def test_problems_are_cited_once_each_in_order_with_what_each_is_cited_for(adrs: Adrs) -> None:
    ended = adrs("cite", "spot", "txn", "eplb")
    assert ended.code == 0
    found = list(entries(ended.out))
    assert [key for _, key, _ in found] == [
        "adrs",
        "cheng2024",
        "data-eplb",
        "data-spot-single",
        "data-txn",
        "deepseek-ai2024",
        "graham1969",
        "kwon2023",
        "smith1956",
        "wu2024",
    ]
    comment = (
        "% baseline conflict_greedy of txn; baseline largest_first of eplb; baseline window_mean of eplb\n"
    )
    assert f"{comment}@article{{graham1969,\n" in ended.out
    assert "adrs: baseline identity of txn names no paper: Order of arrival, what" in ended.err
