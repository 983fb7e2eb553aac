"""Evaluations as small event bodies, and back; floats are kept to the last bit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.values import Evaluation, Measurement, Usage
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
    names = sorted({name for m in found for name in m.metrics})
    return {
        "stage": str(evaluation.stage),
        "complete": evaluation.complete,
        "scores": [m.score for m in found],
        "metrics": names,
        "table": [m.metrics[name] for m in found if m.fault is None for name in names],
        "faults": [[i, *_fault_row(m.fault)] for i, m in enumerate(found) if m.fault is not None],
        **_printed_body(found),
        "usage": [round(usage.cpu_s, 6), round(usage.wall_s, 6), usage.peak_bytes],
    }


def unpack(body: Mapping[str, Any], layouts: Mapping[Split, Layout]) -> Evaluation:
    """Rebuilds the evaluation that was packed."""
    stage, names, scores = Split(body["stage"]), body["metrics"], body["scores"]
    faults = {row[0]: Fault(FaultKind(row[1]), *row[2:]) for row in body["faults"]}
    printed = dict(body.get("printed", ()))
    rows = _rows(body["table"], len(names))
    measurements = []
    # An evaluation that stopped early has fewer scores than its stage has places.
    for i, (score, place) in enumerate(zip(scores, layouts[stage].rows, strict=body["complete"])):
        metrics = {} if i in faults else dict(zip(names, next(rows, ()), strict=True))
        measurements.append(Measurement(*place, score, metrics, faults.get(i), printed.get(i, "")))
    return Evaluation(stage, tuple(measurements), complete=body["complete"])


def _rows(values: Sequence[float], size: int) -> Iterator[Sequence[float]]:
    """Cuts values into runs of `size`; nothing where `size` is 0."""
    return (values[start : start + size] for start in range(0, len(values), size or 1))


def unpack_usage(body: Mapping[str, Any]) -> Usage:
    """Reads what an evaluation took."""
    return Usage(*body["usage"])


def _printed_body(found: Sequence[Measurement]) -> dict[str, Any]:
    printed = [[i, m.printed] for i, m in enumerate(found) if m.printed]
    return {"printed": printed} if printed else {}


def _fault_row(fault: Fault) -> list[str | None]:
    return [str(fault.kind), fault.rule, fault.message, fault.element]
