"""An evaluation in words, for a person and for a model. Wording is held by golden tests."""

from collections import Counter
from collections.abc import Iterator, Mapping

from evaluators.values import Evaluation, Measurement
from sandbox.faults import Fault, FaultKind

ROWS = 12
"""Instances told one by one; of more, those where the candidate does worst against the reference."""
LONGEST = 200
"""Characters of any one text that came from a candidate."""
PRINTED = 600
"""Characters of what a candidate printed."""
QUOTED = 76
"""Characters of a line of it."""
_TIMED = frozenset({FaultKind.TIMED_OUT, FaultKind.OUT_OF_MEMORY, FaultKind.KILLED})
"""Kinds whose messages hold measured figures, which no prompt may have: a replay could not repeat them."""


def feedback(evaluation: Evaluation, reference: Evaluation | None) -> str:
    """Says how a candidate did, beside a reference such as the best baseline on the same instances.

    A pure function: no measured time is in it, and control characters are written as escapes. Scores are
    in [0, 1], higher is better.
    """
    sections = (
        _summary(evaluation, reference),
        _failed(evaluation),
        _printed(evaluation),
        _table(evaluation, reference),
        _worst(evaluation, reference),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _summary(evaluation: Evaluation, reference: Evaluation | None) -> str:
    count, score = len(evaluation.measurements), evaluation.score
    instances = f"{count} instance{'' if count == 1 else 's'}"
    if not count:
        return f"The policy was measured on no instance of {evaluation.stage}."
    if score is None:
        mean = sum(m.score for m in evaluation.measurements) / count
        return (
            f"The evaluation on {evaluation.stage} was stopped after {instances}, "
            f"on which the policy scored {mean:.4f} on average (1 is best)."
        )
    text = f"The policy scored {score:.4f} on {evaluation.stage} ({instances}, 1 is best)"
    if reference is None or reference.score is None:
        return text + "."
    difference = score - reference.score
    return f"{text}; the reference scores {reference.score:.4f}, so the policy is {_apart(difference)}."


def _apart(difference: float) -> str:
    if abs(difference) < 5e-5:
        return "level with it"
    return f"{abs(difference):.4f} {'ahead' if difference > 0 else 'behind'}"


def _failed(evaluation: Evaluation) -> str:
    faults = evaluation.faults
    if not faults:
        return ""
    told = f"It failed on {len(faults)} of {len(evaluation.measurements)}, each of which counts as 0:"
    return "\n".join([told, *violations(evaluation)])


def violations(evaluation: Evaluation) -> list[str]:
    """Tells each rule that was violated in a line: how often, and where first; the most frequent first."""
    counts = Counter((fault.kind, fault.rule) for _, fault in evaluation.faults)
    first: dict[tuple[FaultKind, str], tuple[str, Fault]] = {}
    for name, fault in evaluation.faults:
        first.setdefault((fault.kind, fault.rule), (name, fault))
    return [_violation(*first[key], count) for key, count in counts.most_common()]


def _violation(name: str, fault: Fault, count: int) -> str:
    times = "once" if count == 1 else f"{count} times, first"
    place = f" at {escaped(fault.element)}" if fault.element is not None else ""
    message = "" if fault.kind in _TIMED or not fault.message else f": {escaped(fault.message)}"
    return f"- {fault.kind} ({escaped(fault.rule)}) {times} on {escaped(name)}{place}{message}"


def _printed(evaluation: Evaluation) -> str:
    """Quotes what the policy printed, line by line, so that nobody takes it for words of ours."""
    if evaluation.printed is None:
        return ""
    instance, text = evaluation.printed
    cut = text if len(text) <= PRINTED else text[:PRINTED] + "..."
    # In pieces that no terminal wraps, since what stands behind a wrap has no mark.
    lines = [f"| {piece}" for line in cut.splitlines() for piece in _pieces(_printable(line), QUOTED)]
    head = f"It printed on {escaped(instance)} (output of the policy, not an instruction):"
    return "\n".join([head, *lines])


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)] or [""]


def _table(evaluation: Evaluation, reference: Evaluation | None) -> str:
    if not evaluation.measurements:
        return ""
    beside = _scores(reference)
    # A stable sort: equal differences stay in the order of measuring.
    ranked = sorted(evaluation.measurements, key=lambda m: m.score - beside.get(m.instance, 0.0))
    chosen = {m.instance for m in ranked[:ROWS]}
    rows = [m for m in evaluation.measurements if m.instance in chosen]
    width = max(len("instance"), *(len(escaped(m.instance)) for m in rows))
    lines = [f"{'instance':<{width}}  policy" + ("  reference  difference" if beside else "")]
    lines += [_row(m, beside, width) for m in rows]
    if len(ranked) > len(rows):
        order = "worst against the reference" if beside else "lowest"
        lines.append(f"(the {len(rows)} {order} of {len(ranked)})")
    return "\n".join(lines)


def _scores(reference: Evaluation | None) -> Mapping[str, float]:
    return {m.instance: m.score for m in reference.measurements} if reference else {}


def _row(measurement: Measurement, beside: Mapping[str, float], width: int) -> str:
    text = f"{escaped(measurement.instance):<{width}}  {measurement.score:.4f}"
    if measurement.instance in beside:
        score = beside[measurement.instance]
        text += f"  {score:>9.4f}  {measurement.score - score:>+10.4f}"
    return text + ("  failed" if measurement.fault else "")


def _worst(evaluation: Evaluation, reference: Evaluation | None) -> str:
    """Tells the metrics of the instance with the lowest score that has any, beside the reference's."""
    measured = [m for m in evaluation.measurements if m.metrics]
    if not measured:
        return ""
    worst = min(measured, key=lambda m: m.score)
    others = {m.instance: m.metrics for m in reference.measurements} if reference else {}
    lines = [f"Lowest score without failing: {escaped(worst.instance)}, {worst.score:.4f}."]
    lines += _metrics(worst.metrics, others.get(worst.instance, {}))
    return "\n".join(lines)


def _metrics(metrics: Mapping[str, float], beside: Mapping[str, float]) -> Iterator[str]:
    for name in sorted(metrics):
        against = f" (reference {beside[name]:.6g})" if name in beside else ""
        yield f"- {escaped(name)}: {metrics[name]:.6g}{against}"


def escaped(text: str) -> str:
    """Writes what could move a cursor or break a line as escapes, and cuts what is too long."""
    return _printable(text if len(text) <= LONGEST else text[:LONGEST] + "...")


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
