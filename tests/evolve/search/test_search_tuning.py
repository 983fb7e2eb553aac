"""Constants are found where an author would look for them, and replaced without touching anything else."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.search.tuning import MOST, NotTunable, knobs, with_values
from problems.registry import get, names


def named(source: str) -> dict[str, float]:
    return {knob.name: knob.value for knob in knobs(source)}


def test_declared_constants_are_the_only_ones() -> None:
    source = "A = 0.5  # tune: 0.1..10 log\nB = 7\ndef solve(t):\n    return t * 3  #tune: 1..9\n"
    first, second = knobs(source)
    assert (first.name, first.value, first.low, first.high, first.log, first.whole) == (
        "A (line 1)", 0.5, 0.1, 10.0, True, False,
    )  # fmt: skip
    assert (second.name, second.value, second.low, second.high, second.whole) == ("line 4", 3, 1, 9, True)


def test_constants_with_a_name_at_the_top_go_before_all_others() -> None:
    source = "WEIGHT = -1.5\nself_made = 4\ndef solve(t):\n    x = 2.5\n    return t[1] * 3.5 + x\n"
    assert named(source) == {"WEIGHT (line 1)": -1.5, "self_made (line 2)": 4}


def test_without_names_amounts_are_found_and_places_are_not() -> None:
    source = (
        "def solve(t, spread=2.5):\n    x = 7\n    y = t[3] + t[x + 2]\n    for _ in range(9): pass\n"
        "    return y * 0.5 + x ** 2 - 1 if y > 12 else f'{x + 5}'\n"
    )
    assert list(named(source).items()) == [
        ("line 1", 2.5),
        ("x (line 2)", 7),
        ("line 5", 0.5),
        ("line 5 #2", 12),
    ]


def test_a_found_constant_is_searched_around_its_value() -> None:
    ranges = {
        k.value: (k.low, k.high, k.whole, k.log) for k in knobs("A = 2.0\nB = -2.0\nC = 0.0\nD = 8\nE = 0\n")
    }
    assert ranges[2.0] == (0.5, 8.0, False, True)
    assert ranges[-2.0] == (-8.0, -0.5, False, False)
    assert ranges[8] == (2, 32, True, False)
    assert {(0, 4, True, False), (-1.0, 1.0, False, False)} >= {ranges[0]}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f(:\n", "does not parse"),
        ("def solve(t): return t\n", "no constant to tune was found; declare one"),
        ("A = 1, 2  # tune: 0..3\n", "line 1: expected one number beside a declaration, but there are 2"),
        ("A = x  # tune: 0..3\n", "line 1: expected one number beside a declaration, but there are 0"),
        ("\nA = 1  # tune: wide\n", "line 2: expected a range as in 0.1..10"),
        ("A = 1  # tune: 5..2\n", "line 1: a range must rise"),
        ("A = 1  # tune: 0..2 log\n", "with log start above 0"),
        ("A = 9  # tune: 0..3\n", "9 lies outside of its own range '0..3'"),
    ],
)
def test_what_cannot_be_tuned_is_said_with_its_line(source: str, told: str) -> None:
    with pytest.raises(NotTunable, match=told.replace("(", r"\(")):
        knobs(source)


def test_only_so_many_are_tuned_at_once() -> None:
    assert len(knobs("".join(f"A{i} = {i + 2}\n" for i in range(99)))) == MOST


def test_values_replace_numbers_and_nothing_else() -> None:
    source = "A = -2.0  # kept\nB = 3\ndef solve(t): return 'A = -2.0'\n"
    assert with_values(source, knobs(source), [0.123456789, 8.6]) == (
        "A = 0.123457  # kept\nB = 9\ndef solve(t): return 'A = -2.0'\n"
    )


@pytest.mark.parametrize("problem", names())
def test_every_baseline_with_its_own_values_is_the_same_program(problem: str) -> None:
    for baseline in get(problem).baselines:
        try:
            found = knobs(baseline.source)
        except NotTunable:
            continue
        same = with_values(baseline.source, found, [knob.value for knob in found])
        assert ast.dump(ast.parse(same)) == ast.dump(ast.parse(baseline.source))


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_any_values_leave_a_program_that_parses(values: list[float]) -> None:
    source = "A = 1.5\nB = -4\nC = 0.0\ndef solve(t): return A - B - C\n"
    ast.parse(with_values(source, knobs(source), values))
