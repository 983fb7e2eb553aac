"""What a trace told, made fit for charts."""

import json
from typing import Any

import pytest

from dashboard.reading.traces import Trace, Traces, around, is_words, lanes, metrics, parted, timeline

ROWS: tuple[list[dict[str, Any]], list[dict[str, Any]]] = (
    [
        {"step": 0, "has_spot": True, "decision": "spot", "time_h": 0.0, "cost_usd": 0.0},
        {"step": 1, "has_spot": True, "decision": "spot", "time_h": 0.5, "cost_usd": 1.0},
        {"step": 2, "has_spot": False, "decision": "none", "time_h": 1.0, "cost_usd": 2.0},
    ],
    [
        {"step": 0, "has_spot": True, "decision": "spot", "time_h": 0.0, "cost_usd": 0.0},
        {"step": 1, "has_spot": True, "decision": "none", "time_h": 0.5, "cost_usd": 1.0},
    ],
)


def told(**changes: object) -> str:
    policies = [
        {"name": name, "score": score, "metrics": {"cost_usd": cost}, "fault": None, "rows": rows}
        for name, score, cost, rows in (("mine", 0.5, 2.0, ROWS[0]), ("best", 0.75, 1.5, ROWS[1]))
    ]
    apart = {"row": 1, "rows": [ROWS[0][1], ROWS[1][1]], "seen_from": 2}
    found: dict[str, object] = {"instance": "i", "policies": policies, "first_difference": apart}
    return json.dumps(found | changes)


@pytest.fixture
def trace() -> Trace:
    return Trace.read(told())


def test_a_trace_is_read_as_it_is_printed(trace: Trace) -> None:
    assert (trace.instance, trace.parting, trace.seen) == ("i", 1, 2)
    assert [policy.name for policy in trace.policies] == ["mine", "best"]
    assert trace.time_at(1) == 0.5


def test_a_fault_is_told_in_words() -> None:
    fault = {"kind": "raised", "rule": "exception", "message": "KeyError: 1", "element": None}
    policy = {"name": "mine", "score": 0.0, "metrics": {}, "fault": fault, "rows": []}
    (found,) = Trace.read(told(policies=[policy], first_difference=None)).policies
    assert found.fault == "raised (exception): KeyError: 1"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "Traceback (most recent call last):"])
def test_what_is_no_trace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a trace as adrs trace --json prints it"):
        Trace.read(text)


def test_what_is_drawn_changes_and_tells_the_policies_apart(trace: Trace) -> None:
    drawable, best = trace.columns()
    assert list(drawable) == ["step", "has_spot", "decision", "cost_usd"]
    assert best == ["decision", "cost_usd"]
    assert trace.clock == "time_h"


def test_policies_that_decided_nothing_have_nothing_to_draw() -> None:
    policy: dict[str, object] = {"name": "mine", "score": None, "metrics": {}, "fault": None, "rows": []}
    assert Trace.read(told(policies=[policy], first_difference=None)).columns() == ([], [])


def test_lanes_join_rows_of_the_same_word(trace: Trace) -> None:
    frame = lanes(timeline(trace, "decision", within=None))
    assert frame.values.tolist() == [
        ["mine", 0.0, 1.0, "spot"],
        ["mine", 1.0, 1.5, "none"],
        ["best", 0.0, 0.5, "spot"],
        ["best", 0.5, 1.0, "none"],
    ]


def test_a_stretch_holds_its_rows_alone(trace: Trace) -> None:
    assert list(timeline(trace, "cost_usd", within=(1, 1))["value"]) == [1.0, 1.0]


def test_words_get_lanes_and_figures_get_lines(trace: Trace) -> None:
    columns = ["has_spot", "decision", "cost_usd"]
    found = {name: is_words(name, timeline(trace, name, within=None)) for name in columns}
    assert found == {"has_spot": True, "decision": True, "cost_usd": False}


def test_decisions_that_are_many_numbers_get_lines() -> None:
    rows = [{"position": n, "decision": 7 * n % 31} for n in range(31)]
    policy = {"name": "mine", "score": 1.0, "metrics": {}, "fault": None, "rows": rows}
    found = Trace.read(told(policies=[policy], first_difference=None))
    assert not is_words("decision", timeline(found, "decision", within=None))


def test_where_they_part_what_differs_comes_first(trace: Trace) -> None:
    frame = parted(trace)
    assert list(frame["column"]) == ["decision", "step", "has_spot", "time_h", "cost_usd"]
    assert frame.iloc[0].tolist() == ["decision", "spot", "none"]


def test_policies_that_never_part_have_no_such_row() -> None:
    assert parted(Trace.read(told(first_difference=None))).empty


def test_figures_stand_beside_each_other_with_their_difference(trace: Trace) -> None:
    assert metrics(trace).values.tolist() == [["score", 0.5, 0.75, -0.25], ["cost_usd", 2.0, 1.5, 0.5]]


def test_rows_around_the_first_difference_begin_before_it() -> None:
    rows = [{"step": n, "decision": "a" if n < 20 else "b"} for n in range(40)]
    policy = {"name": "mine", "score": 1.0, "metrics": {}, "fault": None, "rows": rows}
    apart = {"row": 20, "rows": [rows[20], rows[20]], "seen_from": None}
    found = Trace.read(told(policies=[policy, policy | {"name": "best"}], first_difference=apart))
    assert list(around(found, found.policies[0])["step"])[:4] == [17, 18, 19, 20]


def test_old_traces_are_forgotten_and_new_ones_are_not(trace: Trace) -> None:
    kept = Traces()
    for number in range(40):
        kept.keep(number, trace)
    assert kept.known(0) is None
    assert kept.known(39) is trace
