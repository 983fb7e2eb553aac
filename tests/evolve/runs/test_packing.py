"""Evaluations survive the log to the last bit."""

import math

from hypothesis import given
from hypothesis import strategies as st

from evaluators.values import Evaluation, Measurement, Usage
from evolve.runs.packing import Layout, pack, unpack, unpack_usage
from problems.base import Split
from sandbox.faults import Fault, FaultKind

finite = st.floats(allow_nan=False, allow_infinity=False)
faults = st.none() | st.builds(
    Fault,
    st.sampled_from(FaultKind),
    st.text(max_size=5),
    st.text(max_size=9),
    st.none() | st.text(max_size=4),
)


@st.composite
def evaluations(draw: st.DrawFn) -> tuple[Evaluation, Layout]:
    names = draw(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=4))
    measurements = []
    for i in range(draw(st.integers(0, 8))):
        fault = draw(faults)
        score = 0.0 if fault else draw(finite)
        metrics = {} if fault else {name: draw(finite) for name in names}
        printed = draw(st.text(max_size=5))
        measurements.append(Measurement(f"i{i}", f"g{i // 2}", f"b{i // 3}", score, metrics, fault, printed))
    layout = Layout(tuple((f"i{i}", f"g{i // 2}", f"b{i // 3}") for i in range(8)))
    complete = len(measurements) == len(layout.rows)
    return Evaluation.of(Split.SEARCH, tuple(measurements), complete=complete), layout


@given(evaluations())
def test_what_is_packed_comes_back(found: tuple[Evaluation, Layout]) -> None:
    evaluation, layout = found
    usage = Usage(0.25, 1.5, 1 << 20)
    body = pack(evaluation, usage)
    assert unpack(body, {Split.SEARCH: layout}) == evaluation
    assert unpack_usage(body) == usage


def test_a_negative_zero_and_a_tiny_number_keep_their_bits() -> None:
    layout = Layout((("i", "g", "b"),))
    evaluation = Evaluation.of(Split.SMOKE, (Measurement("i", "g", "b", 5e-324, {"x": -0.0}),))
    (back,) = unpack(pack(evaluation, Usage()), {Split.SMOKE: layout}).measurements
    assert back.score == 5e-324
    assert math.copysign(1.0, back.metrics["x"]) == -1.0
