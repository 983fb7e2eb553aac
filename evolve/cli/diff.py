"""`adrs diff RUN A [B]`: what sets two candidates apart, in text and in scores."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from evaluators.intervals import Interval, paired
from evaluators.values import Evaluation
from evolve.cli.candidate import Found, found_trial
from evolve.cli.exits import Exit, Misuse
from evolve.cli.report import sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, facts, harmless, table, write_json
from evolve.runs.store import Store
from problems.base import Split

_STAGES: Final = (Split.SEARCH, Split.VALIDATION)
_SHOWN: Final = 5
"""Instances told one by one: those that differ most."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Two candidates of a run on one split.

    Attributes:
        difference: The second minus the first, above 0 the second is better.
        instances: Score differences by instance, the largest first.
    """

    split: Split
    scores: tuple[float, float]
    difference: Interval
    instances: tuple[tuple[str, float], ...]


def show_diff(db: Path, run: str, first: str, second: str | None, *, as_json: bool) -> Exit:
    """Shows what sets a candidate apart from another, or from the one that it was made of.

    Raises:
        Misuse: There is no such candidate, or it was made of none.
    """
    with Store.open(db, create=False) as store:
        new = found_trial(store, run_named(run), first)
        if second is None:
            old = found_trial(store, run, str(_parent(new, run)))
        else:
            old, new = new, found_trial(store, run, second)
    lines = _diff(old, new)
    apart = [found for split in _STAGES if (found := _apart(split, old, new)) is not None]
    if as_json:
        write_json(_as_json(run, (old, new), lines, apart))
    else:
        _print(console(), (old, new), lines, apart)
    return Exit.DONE


def _parent(found: Found, run: str) -> int:
    candidate = found.trial.candidate
    if candidate is None or not candidate.parents:
        what = "is a seed" if candidate is not None else "came to no candidate"
        raise Misuse(f"step {found.trial.step} of run {run!r} {what}; name two: adrs diff {run} A B")
    return found.steps[candidate.parents[0]]


def _source(found: Found) -> list[str]:
    candidate = found.trial.candidate
    if candidate is None:
        raise Misuse(f"step {found.trial.step} came to no candidate, so there is no text to compare")
    return candidate.source.splitlines()


def _diff(old: Found, new: Found) -> list[str]:
    names = (f"step {old.trial.step}", f"step {new.trial.step}")
    return list(difflib.unified_diff(_source(old), _source(new), *names, lineterm=""))


def _apart(split: Split, old: Found, new: Found) -> Apart | None:
    """Compares them on a split on which both were measured whole; None if they were not."""
    ours, theirs = (found.trial.evaluations.get(split) for found in (new, old))
    if ours is None or theirs is None or ours.score is None or theirs.score is None:
        return None
    difference = paired(ours.measurements, theirs.measurements, np.random.default_rng(0))
    return Apart(split, (theirs.score, ours.score), difference, _by_instance(ours, theirs))


def _by_instance(ours: Evaluation, theirs: Evaluation) -> tuple[tuple[str, float], ...]:
    pairs = zip(ours.measurements, theirs.measurements, strict=True)
    found = [(mine.instance, mine.score - other.score) for mine, other in pairs]
    return tuple(sorted(found, key=lambda pair: (-abs(pair[1]), pair[0])))


def _print(out: Console, both: tuple[Found, Found], lines: Sequence[str], apart: Sequence[Apart]) -> None:
    text = harmless("\n".join(lines)) or "the two are the same text"
    if out.is_terminal and lines:
        out.print(Syntax(text, "diff", theme="ansi_light", background_color="default", word_wrap=True))
    else:
        out.print(Text(text), soft_wrap=True)
    for found in apart:
        differing = [(name, value) for name, value in found.instances if value][:_SHOWN]
        if not differing:
            continue
        out.print()
        out.print(Text(f"where they differ most on {found.split}", style="bold"))
        rows = table("instance", "difference")
        for name, value in differing:
            rows.add_row(harmless(name), f"{value:+.4f}")
        out.print(rows)
    out.print()
    out.print(facts(_facts(both, apart)))


def _facts(both: tuple[Found, Found], apart: Sequence[Apart]) -> dict[str, str]:
    rows = {}
    for found in apart:
        before, after = found.scores
        rows[str(found.split)] = (
            f"{before:.4f} to {after:.4f}: {found.difference}, paired bootstrap by blocks"
        )
    if not apart:
        rows["scores"] = "the two were not both measured whole on any split"
    rows["sandbox"] = sandbox_sentence(both[0].sandbox)
    return rows


def _as_json(
    run: str, both: tuple[Found, Found], lines: Sequence[str], apart: Sequence[Apart]
) -> Mapping[str, Any]:
    old, new = both
    return {
        "run": run,
        "steps": [old.trial.step, new.trial.step],
        "diff": list(lines),
        "scores": [
            {
                "split": str(found.split),
                "scores": list(found.scores),
                "difference": asdict(found.difference),
                "instances": [{"instance": name, "difference": d} for name, d in found.instances],
            }
            for found in apart
        ],
        "sandbox": str(old.sandbox),
    }
