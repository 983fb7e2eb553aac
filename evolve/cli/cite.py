"""`adrs cite RUN|PROBLEM...`: whose work a number rests on, as BibTeX."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import metadata
from pathlib import Path

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.run_names import run_named
from evolve.cli.written import write_whole
from evolve.nearest import nearest
from evolve.runs.errors import StoreError
from evolve.runs.header import Header
from evolve.runs.store import Store
from problems.base import Problem
from problems.references import Reference, entry, of_baselines, of_data
from problems.registry import get, names
from problems.workload_file import spoken

_GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What runs and problems rest on.

    Attributes:
        entries: In BibTeX, each once, in order of their keys, below a line on what it is cited for.
        remarks: Sentences on what could not be cited.
    """

    entries: tuple[str, ...]
    remarks: tuple[str, ...]


def cite(db: Path, subjects: Sequence[str], *, out: Path | None, force: bool) -> Exit:
    """Writes the entries of baselines, of data sets and of this program."""
    found = bibliography(db, subjects)
    for remark in found.remarks:
        say(remark)
    text = "\n".join(found.entries)
    if out is None:
        sys.stdout.write(text)
    else:
        write_whole(out, text.encode("utf-8"), force=force)
        say(f"wrote {len(found.entries)} entries to {out}")
    return Exit.DONE


def bibliography(db: Path, subjects: Sequence[str]) -> Bibliography:
    """Finds what is to be cited: of a problem with all its data sets, of a run with those of its workload.

    Raises:
        Misuse: A subject is neither a problem nor a run.
    """
    found, remarks = dict[str, Reference](), dict[str, None]()
    for each in (each for name in dict.fromkeys(subjects) for each in _of(db, name)):
        if isinstance(each, str):
            remarks[each] = None
            continue
        known = found.get(each.key)
        told = each.of if known is None else (*known.of, *each.of)
        found[each.key] = replace(each, of=tuple(dict.fromkeys(told)))
    found["adrs"] = _ourselves()
    return Bibliography(tuple(_told(found[key]) for key in sorted(found)), tuple(remarks))


def _of(db: Path, name: str) -> Iterator[Reference | str]:
    """Yields references, and remarks on what has none."""
    problem, workload = (get(name), None) if name in names() else _of_run(db, name)
    yield from _of_baselines(problem)
    if workload is None or workload in {*problem.workloads} - {_GENERATED}:
        yield from (of_data(problem, data_set) for data_set in problem.data)
    elif workload != _GENERATED:
        yield f"run {name!r} was measured on {spoken(workload)}; whose data that is only you can say"


def _of_run(db: Path, name: str) -> tuple[Problem, str]:
    try:
        with Store.open(db, create=False) as store:
            spec = Header.read(store, run_named(name)).spec
    except StoreError as error:
        near = ", ".join(nearest(name, names()))
        raise Misuse(f"{name!r} is no problem (there are: {near}), and no run: {error}") from error
    return get(spec.problem), spec.workload


def _of_baselines(problem: Problem) -> Iterator[Reference | str]:
    found = list(of_baselines(problem))
    yield from found
    cited = {what for reference in found for what in reference.of}
    silent = [b for b in problem.baselines if f"baseline {b.name} of {problem.name}" not in cited]
    for baseline in silent:
        yield f"baseline {baseline.name} of {problem.name} names no paper: {baseline.paper}"


def _ourselves() -> Reference:
    told = metadata("adrs")
    fields = {"title": f"adrs: {told['Summary'].rstrip('.')}", "version": told["Version"]}
    return Reference("adrs", entry("software", "adrs", fields), ("the program that measured",))


def _told(reference: Reference) -> str:
    """The entry, below a line on what it is cited for; what is outside of entries is no part of BibTeX."""
    return f"% {'; '.join(reference.of)}\n{reference.text}\n"
