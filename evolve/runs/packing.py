"""Evaluations as small event bodies, and back; floats are kept to the last bit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.values import Evaluation, Measurements, Usage
from problems.base import Instance, Split
from sandbox.faults import Fault, FaultKind


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of a stage's instances, stored once a run so that no measurement repeats them."""

    rows: tuple[tuple[str, str, str], ...]
    """(instance, group, block), in the order of measuring."""

    @staticmethod
    def of(instances: Sequence[Instance]) -> "Layout":
        """Takes the names from a stage's instances."""
        return Layout(tuple((i.name, i.group, i.block) for i in instances))


def pack(evaluation: Evaluation, usage: Usage) -> dict[str, Any]:
    """Packs an evaluation whose measurements are a prefix of its stage's layout."""
    found = evaluation.measurements
    names = sorted(found.names)
    order = [found.names.index(name) for name in names]
    size = len(names)
    printed = [list(row) for row in found.printed.items()]
    return {
        "stage": str(evaluation.stage),
        "complete": evaluation.complete,
        "scores": list(found.scores),
        "metrics": names,
        "table": [found.table[row + i] for row in range(0, len(found.table), size or 1) for i in order],
        "faults": [[i, str(f.kind), f.rule, f.message, f.element] for i, f in found.faults.items()],
        **({"printed": printed} if printed else {}),
        "usage": [round(usage.cpu_s, 6), round(usage.wall_s, 6), usage.peak_bytes],
    }


def unpack(body: Mapping[str, Any], layouts: Mapping[Split, Layout]) -> Evaluation:
    """Rebuilds the evaluation that was packed."""
    stage, scores, complete = Split(body["stage"]), body["scores"], body["complete"]
    rows = layouts[stage].rows
    # An evaluation that stopped early has fewer scores than its stage has places.
    places = rows if complete else rows[: len(scores)]
    faults = {row[0]: Fault(FaultKind(row[1]), *row[2:]) for row in body["faults"]}
    printed = dict(body.get("printed", ()))
    return Evaluation(
        stage, Measurements(places, scores, body["metrics"], body["table"], faults, printed), complete
    )


def unpack_usage(body: Mapping[str, Any]) -> Usage:
    """Reads what an evaluation took."""
    return Usage(*body["usage"])
