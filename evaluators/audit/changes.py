"""Changes to an answer that break most rules that there can be, one part at a time."""

import enum
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

Plain = Any
"""An answer as it travels: None, truth values, numbers, strings, lists and dictionaries."""

Path = tuple[Any, ...]


def spread(count: int) -> list[int]:
    """The first, the middle and the last of so many places, each once."""
    return sorted({0, count // 2, count - 1}) if count else []


class Sense(enum.Enum):
    """What a changed answer can mean."""

    NONE = enum.auto()
    """No rules of any problem can mean it."""
    BREACH = enum.auto()
    """Most rules forbid it."""
    OTHER = enum.auto()
    """It may be another answer by the rules."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one part.

    Attributes:
        fits: Whether it can be made to a part.
        made: The part as it is afterwards.
    """

    name: str
    aim: str
    fits: Callable[[Plain], bool]
    made: Callable[[Plain], Plain]
    sense: Sense = Sense.BREACH

    def versions(self, answer: Plain) -> Iterator[Plain]:
        """Yields an answer with one part changed, for some of the parts that fit."""
        places = [path for path, part in _parts(answer) if self.fits(part)]
        for index in spread(len(places)):
            yield _with(answer, places[index], self.made)


def _parts(value: Plain, path: Path = ()) -> Iterator[tuple[Path, Plain]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _parts(part, (*path, key))


def _with(value: Plain, path: Path, made: Callable[[Plain], Plain]) -> Plain:
    if not path:
        return made(value)
    changed = value.copy()
    changed[path[0]] = _with(value[path[0]], path[1:], made)
    return changed


def _number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Plain) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_number, value))


def _list(value: Plain) -> bool:
    return isinstance(value, list) and bool(value)


def _several(value: Plain) -> bool:
    return isinstance(value, list | dict) and bool(value)


def _without_last(value: Plain) -> Plain:
    return value[:-1] if isinstance(value, list) else dict([*value.items()][:-1])


def _last(changed: Callable[[list[Any]], Plain]) -> Callable[[Plain], Plain]:
    """Says something else in the last one's place."""
    return lambda parts: [*parts[:-1], changed(parts)]


def _also(added: Callable[[list[Any]], Plain]) -> Callable[[Plain], Plain]:
    return lambda parts: [*parts, added(parts)]


def _first(parts: list[Any]) -> Plain:
    return parts[0]


def _beyond(numbers: list[Any]) -> int:
    return int(max(numbers)) + 1


CHANGES: Final = (
    Change("drops a part", "leaves the last of several parts out", _several, _without_last),
    Change("repeats a part", "says the last of several parts twice", _list, _also(lambda parts: parts[-1])),
    Change("doubles a part", "says the first part for the last one", _list, _last(_first), Sense.OTHER),
    Change("empties a part", "leaves all of several parts out", _several, lambda parts: type(parts)()),
    Change("adds a number", "adds one more than the largest", _numbers, _also(_beyond)),
    Change("one beyond", "says one more than the largest", _numbers, _last(_beyond), Sense.OTHER),
    Change("below zero", "says -1, which counts from the end", _number, lambda _: -1),
    Change("far beyond", "says 10 to the power of 15", _number, lambda _: 10**15),
    Change("a half", "says half a unit more", _number, lambda number: number + 0.5, Sense.OTHER),
    Change("not a number", "says NaN, which is above no limit", _number, lambda _: math.nan, Sense.NONE),
    Change("true", "says true for a number", _number, lambda _: True, Sense.NONE),
    Change("a text", "says a text for a number", _number, str, Sense.NONE),
    Change("nothing", "says nothing for a number", _number, lambda _: None, Sense.NONE),
)
