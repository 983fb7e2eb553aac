"""Generators of tables: four kinds of data that repeat themselves in four ways.

Only integers are drawn and weighed, so no rounding of a platform can change a table. Popularity is Zipf's,
as that of words, makers and readers mostly is; what is "of" something is a functional dependency, and told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt

import numpy as np

from problems.llm_sql.interface import Row
from problems.llm_sql.vocabulary import Vocabulary

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written row by row.

    Attributes:
        columns: Names.
        rows: Texts of the cells.
        merged: Groups of columns that stand side by side, in the group's order.
        determines: Pairs of columns, the first of which determines the second.
        upper_bound: A hit rate that no answer passes; filled in by `load`, no part of the digest.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    merged: tuple[tuple[int, ...], ...] = ()
    determines: tuple[tuple[int, int], ...] = ()
    upper_bound: float = 1.0


def reviews(rng: np.random.Generator, count: int, spread: int) -> Table:
    """Opinions of few readers on `spread` things, of which some are far more popular than others.

    A sitting is one of 500 readers (Zipf(1)) on one of 400 days with 1-6 things (Zipf(1)). A thing has an
    id, a name, one of 40 kinds (Zipf(1)) and a level of its own, around which four marks scatter by one. As
    in the published table, id and name are merged.
    """
    words = Vocabulary(rng)
    things = {
        "name": words.titles(spread, 2, 6),
        "kind": _pick(words.titles(40, 1, 3), zipf(rng, 40, spread)),
    }
    ids, level = rng.permutation(90_000)[:spread] + 10, rng.integers(2, 9, size=spread)
    readers, days = words.names(500), _texts(DAY * (11_000 + rng.integers(400, size=count)))
    sitting = np.repeat(np.arange(count), rng.integers(1, 7, size=count))[:count]
    reader, thing = zipf(rng, 500, count)[sitting], zipf(rng, spread, count)
    marks = np.clip(level[thing] + rng.integers(-1, 2, size=(4, count)), 1, 10).tolist()
    named = zip(("overall", "taste", "scent", "look"), marks, strict=True)
    return _table(
        {
            "reader": _pick(readers, reader),
            "time": _pick(days, sitting),
            **{name: [f"{mark}/10" for mark in given] for name, given in named},
            **_join(things, thing),
            "id": _texts(ids[thing]),
        },
        merged=("id name",),
        determines=("name kind", "name id", "id name", "id kind"),
    )


def products(rng: np.random.Generator, count: int, spread: int) -> Table:
    """A catalogue: variants of `spread` models (Zipf(1/2)) that differ in code, colour, size and cents.

    A model has a title, one of 90 makers (Zipf(1)), one of 25 categories (Zipf(1)) in 6 departments, a
    material that a quarter of them lacks, a price, and one of the three descriptions of its category, which
    are 120-300 characters long. One of 14 colours (Zipf(1)) and of 5 sizes.
    """
    words = Vocabulary(rng)
    models, euros = _models(rng, words, spread), _texts(rng.integers(5, 400, size=spread))
    colours, codes = words.names(14), (7919 * rng.permutation(100_000)[:count]).tolist()
    model, cents = zipf(rng, spread, count, halves=1), rng.integers(4, size=count)
    prices = zip(_pick(euros, model), _pick(["99", "95", "50", "00"], cents), strict=True)
    fixed = ("maker", "category", "department", "description", "material")
    return _table(
        {
            "code": [f"{code:09d}" for code in codes],
            **_join(models, model),
            "colour": _pick(colours, zipf(rng, 14, count)),
            "size": _pick(["XS", "S", "M", "L", "XL"], rng.integers(5, size=count)),
            "price": [".".join(parts) for parts in prices],
        },
        determines=(
            *(f"title {other}" for other in fixed),
            "category department",
            "description category",
            "description department",
        ),
    )


def _models(rng: np.random.Generator, words: Vocabulary, spread: int) -> dict[str, list[str]]:
    category, department = zipf(rng, 25, spread), rng.integers(6, size=25)
    material = np.maximum(rng.integers(-2, 10, size=spread), 0)
    return {
        "title": words.titles(spread, 3, 7),
        "maker": _pick(words.names(90), zipf(rng, 90, spread)),
        "category": _pick(words.titles(25, 1, 2), category),
        "department": _pick(words.titles(6, 1, 2), department[category]),
        "description": _pick(words.sentences(75, 120, 300), 3 * category + rng.integers(3, size=spread)),
        "material": _pick(["", *words.titles(9, 1, 2)], material),
    }


def logs(rng: np.random.Generator, count: int, spread: int) -> Table:
    """What the hosts of `spread` services of 6 teams wrote, in order of time, with 1-40 s in between.

    A host belongs to one service; a service (Zipf(1)) has four hosts, five paths (Zipf(1)) and eight messages
    (Zipf(1), 60-140 characters), each of one level. One of 300 users (Zipf(1)) comes with an agent of their
    own, one of 40 (Zipf(1), 70-120 characters), but for one row in eight, which takes any of these; an
    error has no status.
    """
    words = Vocabulary(rng)
    names, users, agents = words.names(spread), words.names(300), words.sentences(40, 70, 120)
    services = {"service": names, "team": _pick(words.titles(6, 1, 2), rng.integers(6, size=spread))}
    paths, level = ["/" + word for word in words.names(5 * spread)], zipf(rng, 4, 8 * spread)
    levels = _pick(["info", "debug", "warning", "error"], level)
    messages = {"level": levels, "message": words.sentences(8 * spread, 60, 140)}
    service, user = zipf(rng, spread, count), zipf(rng, 300, count)
    host, message = 4 * service + rng.integers(4, size=count), 8 * service + zipf(rng, 8, count)
    own, other = zipf(rng, 40, 300), zipf(rng, 40, count)
    status = np.where(level[message] == 3, 0, 1 + zipf(rng, 5, count))
    return _table(
        {
            "time": _clock(np.cumsum(rng.integers(1, 41, size=count))),
            "host": _pick([f"{name}-{k}" for name in names for k in range(4)], host),
            **_join(services, service),
            **_join(messages, message),
            "path": _pick(paths, 5 * service + zipf(rng, 5, count)),
            "user": _pick(users, user),
            "agent": _pick(agents, np.where(rng.integers(8, size=count) == 0, other, own[user])),
            "status": _pick(["", "200", "404", "304", "403", "302"], status),
        },
        determines=(
            *("service team", "message level"),
            *(f"{key} {other}" for key in ("host", "message", "path") for other in ("service", "team")),
        ),
    )


def _clock(seconds: np.ndarray) -> list[str]:
    parts = ((1 + s // DAY, s // 3600 % 24, s // 60 % 60, s % 60) for s in seconds.tolist())
    return [f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}" for day, hour, minute, second in parts]


def joins(rng: np.random.Generator, count: int, spread: int) -> Table:
    """Comments joined with `spread` posts (Zipf(1)) and 400 people (Zipf(1)), whose long texts return often.

    A comment has a number, a score (Zipf(1)) and 20-90 characters of its own; a post an id, a body of 200-400
    characters and one of 30 tags (Zipf(1)); a person an id, a name, one of 50 places (Zipf(1)) and, for half
    of them, a self-portrait of 60-160 characters. Id and body of a post are merged.
    """
    words = Vocabulary(rng)
    ids = rng.permutation(90_000)[: spread + 400] + 10
    posts = {
        "post": _texts(ids[:spread]),
        "body": words.sentences(spread, 200, 400),
        "tag": _pick(words.titles(30, 1, 1), zipf(rng, 30, spread)),
    }
    numbers = rng.permutation(900_000)[:count] + 1000
    return _table(
        {
            "number": _texts(numbers),
            "comment": words.sentences(count, 20, 90),
            "score": _texts(zipf(rng, 12, count)),
            **_join(posts, zipf(rng, spread, count)),
            **_join(_people(rng, words, ids[spread:]), zipf(rng, 400, count)),
        },
        merged=("post body",),
        determines=(
            *("post body", "body post", "post tag", "body tag", "person name", "name person"),
            *(f"{key} {other}" for key in ("person", "name") for other in ("place", "about")),
        ),
    )


def _people(rng: np.random.Generator, words: Vocabulary, ids: np.ndarray) -> dict[str, list[str]]:
    shy, portraits = rng.integers(2, size=len(ids)).tolist(), words.sentences(len(ids), 60, 160)
    return {
        "person": _texts(ids),
        "name": words.names(len(ids)),
        "place": _pick(words.titles(50, 1, 3), zipf(rng, 50, len(ids))),
        "about": ["" if hidden else text for hidden, text in zip(shy, portraits, strict=True)],
    }


def zipf(rng: np.random.Generator, size: int, count: int, *, halves: int = 2) -> np.ndarray:
    """Draws `count` of 0..`size` - 1 with weights 1 / rank^(`halves` / 2), the most popular first."""
    weights = np.cumsum([isqrt(10**24 // rank**halves) for rank in range(1, size + 1)])
    drawn: np.ndarray = np.searchsorted(weights, rng.integers(weights[-1], size=count), side="right")
    return drawn


def _pick(vocabulary: Sequence[str], indices: np.ndarray) -> list[str]:
    return [vocabulary[index] for index in indices.tolist()]


def _join(things: Mapping[str, Sequence[str]], indices: np.ndarray) -> dict[str, list[str]]:
    """Columns of the things that the rows are of."""
    return {name: _pick(texts, indices) for name, texts in things.items()}


def _texts(numbers: np.ndarray) -> list[str]:
    return list(map(str, numbers.tolist()))


def _table(
    cells: dict[str, list[str]], *, merged: Iterable[str] = (), determines: Iterable[str] = ()
) -> Table:
    """Puts columns side by side; names of columns that belong together are parted by a space."""
    columns = tuple(cells)
    place = columns.index

    def groups(named: Iterable[str]) -> list[tuple[int, ...]]:
        return [tuple(map(place, names.split())) for names in named]

    pairs = tuple((first, second) for first, second in groups(determines))
    return Table(columns, tuple(zip(*cells.values(), strict=True)), tuple(groups(merged)), pairs)
