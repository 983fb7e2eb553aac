"""`adrs candidates RUN`: what a run proposed, filtered and sorted."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.money import dollars
from evolve.cli.names import choose
from evolve.cli.report import sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.show import ID_DIGITS
from evolve.cli.terminal import console, facts, one_line, table, write_json
from evolve.runs.header import Header
from evolve.runs.lines import Line, lines
from evolve.runs.marks import marks
from evolve.runs.store import Store
from problems.base import Split

NUMBERS: Final = ("step", "search", "validation", "usd")
WORDS: Final = ("outcome", "reason", "operator", "model", "fault", "tag", "id")
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_CONDITION: Final = re.compile(r"^(?P<key>[a-z_]+)\s*(?P<sign><=|>=|=|<|>)\s*(?P<value>.+)$")

Condition = Callable[[Line], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines are shown, and in which order.

    Attributes:
        sort: One of `NUMBERS`; scores and cost from the highest, steps from the first.
        top: At most so many; None for all.
    """

    sort: str
    filters: Sequence[str]
    top: int | None

    def of(self, lines: Sequence[Line]) -> list[Line]:
        """Filters, sorts and cuts.

        Raises:
            Misuse: A key or a condition means nothing.
        """
        choose(self.sort, NUMBERS, "key to sort by")
        conditions = [_condition(text) for text in self.filters]
        kept = [line for line in lines if all(condition(line) for condition in conditions)]
        if self.sort != "step":
            # A stable sort: what has no score comes last, equals in the order of their steps.
            kept.sort(key=lambda line: -_number(line, self.sort))
        return kept[: self.top]


def list_candidates(db: Path, run: str, selection: Selection, *, as_json: bool) -> Exit:
    """Lists what a run proposed."""
    if selection.top is not None and selection.top < 1:
        raise Misuse(f"expected --top of at least 1, but got {selection.top}")
    with Store.open(db, create=False) as store:
        header = Header.read(store, run_named(run))
        tags = marks(store, run).tags
        found = [replace(line, tags=tags.get(line.step, ())) for line in lines(store, run, header)]
    shown = selection.of(found)
    if as_json:
        rows = [asdict(line) for line in shown]
        write_json({"run": run, "sandbox": str(header.spec.sandbox), "steps": len(found), "candidates": rows})
    else:
        _print(run, header, shown, total=len(found))
    return Exit.DONE


def _number(line: Line, key: str) -> float:
    value: float | None = getattr(line, key)
    return float("-inf") if value is None else value


def _condition(text: str) -> Condition:
    match = _CONDITION.match(text.strip())
    if match is None:
        raise Misuse(f"expected a condition as in 'search>0.5' or operator=crossover, but got {text!a}")
    key, sign, value = match["key"], match["sign"], match["value"].strip()
    choose(key, (*NUMBERS, *WORDS), "key to filter by")
    if key in NUMBERS:
        return _numeric(key, _COMPARED[sign], value)
    if sign != "=":
        raise Misuse(f"{key} is a word, which can only be equal: {key}={value}")
    return _worded(key, value)


def _numeric(key: str, compared: Callable[[float, float], bool], value: str) -> Condition:
    try:
        bound = float(value)
    except ValueError as error:
        raise Misuse(f"{key} is a number, but got {value!a}") from error

    def holds(line: Line) -> bool:
        found: float | None = getattr(line, key)
        return found is not None and compared(found, bound)

    return holds


def _worded(key: str, value: str) -> Condition:
    if key == "fault":
        return lambda line: value in line.faults
    if key == "tag":
        return lambda line: value in line.tags
    if key == "id":
        return lambda line: line.id is not None and line.id.startswith(value.lower())
    return lambda line: getattr(line, key) == value


def _print(run: str, header: Header, shown: Sequence[Line], *, total: int) -> None:
    if not shown:
        say(f"run {run!r} has no such candidate among its {total} steps")
        return
    paid = any(line.usd for line in shown)
    columns = ["step", "id", "operator", "outcome", "parents", "search", "validation"]
    anew = any(line.rescored for line in shown)
    columns += ["search now", "validation now"] if anew else []
    columns += ["cost"] if paid else []
    tagged = any(line.tags for line in shown)
    columns += ["tags"] if tagged else []
    found = table(*columns, left=5)
    for line in shown:
        cost = (dollars(line.usd),) if paid else ()
        found.add_row(
            str(line.step),
            line.id[:ID_DIGITS] if line.id else "-",
            one_line(line.operator),
            one_line(_outcome(line)),
            ", ".join(map(str, line.parents)) or "-",
            _score(line.search),
            _score(line.validation),
            *(map(_score, _rescored(line)) if anew else ()),
            *cost,
            *((", ".join(line.tags),) if tagged else ()),
        )
    out = console()
    out.print(found)
    out.print()
    told = {"shown": f"{len(shown)} of {total} steps", "sandbox": sandbox_sentence(header.spec.sandbox)}
    if anew:
        told["now"] = "as measured anew by a later evaluator: adrs rescore"
    out.print(facts(told))


def _rescored(line: Line) -> tuple[float | None, float | None]:
    return line.rescored.get(Split.SEARCH), line.rescored.get(Split.VALIDATION)


def _outcome(line: Line) -> str:
    if line.promoted:
        return "promoted"
    if line.faults:
        return ", ".join(line.faults)
    return line.reason if line.outcome == "evaluated" else f"{line.outcome}: {line.reason}"


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.4f}"
