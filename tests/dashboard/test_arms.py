"""Which lines a comparison of runs has, and what they are held against."""

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.progress import progress_chart
from dashboard.data import Library, RunLog
from dashboard.reading.arms import DOLLARS, EVALUATIONS, TIME, Arm, arms, references
from problems.base import Split


@pytest.fixture
def logs(family: Path) -> list[RunLog]:
    library = Library(family)
    return [library.log(name) for name in ("done", "again", "paid")]


def labels(found: list[Arm]) -> list[str]:
    return [arm.label for arm in found]


def test_runs_that_differ_by_their_seed_are_one_line_and_the_model_free_ones_the_control(
    logs: list[RunLog],
) -> None:
    assert labels(arms(logs, Split.VALIDATION, EVALUATIONS)) == [
        "done and 1 more seed, offline (control arm)",
        "paid, inbox",
    ]


def test_without_runs_that_ask_a_model_nothing_is_a_control(logs: list[RunLog]) -> None:
    (arm,) = arms(logs[:2], Split.VALIDATION, EVALUATIONS)
    assert not arm.is_control


def test_a_line_ends_at_the_champion_and_the_last_evaluation(logs: list[RunLog]) -> None:
    (arm,) = arms(logs[:1], Split.VALIDATION, EVALUATIONS)
    assert arm.band.xs[-1] == 30.0
    assert arm.band.median[-1] == logs[0].steps[-1].champion


def test_over_dollars_a_run_without_a_model_is_flat(logs: list[RunLog]) -> None:
    control, paid = arms(logs, Split.SEARCH, DOLLARS)
    assert (control.is_flat, paid.is_flat) == (True, False)
    assert paid.band.xs[-1] == pytest.approx(logs[2].steps[-1].usd_total)


def test_time_begins_with_the_first_candidate(logs: list[RunLog]) -> None:
    (arm,) = arms(logs[:1], Split.SEARCH, TIME)
    assert arm.band.xs[0] >= 0.0
    assert arm.band.xs[-1] == logs[0].steps[-1].at - logs[0].steps[0].at


def test_a_run_without_a_score_has_no_line(begun: Path) -> None:
    assert arms([Library(begun).log("begun")], Split.VALIDATION, EVALUATIONS) == []


def test_runs_of_one_problem_are_held_against_one_baseline(logs: list[RunLog]) -> None:
    (reference,) = references(logs, Split.VALIDATION)
    ranked = [row for row in logs[0].standings if row.lead is not None]
    assert reference.score == max(row.score for row in ranked)


def test_on_search_they_are_held_against_the_best_baseline_they_started_from(logs: list[RunLog]) -> None:
    (reference,) = references(logs[:1], Split.SEARCH)
    seeds = logs[0].steps[: len(logs[0].header.spec.seeds)]
    assert reference.score == max(step.search for step in seeds if step.search is not None)


def test_the_noise_floor_is_that_of_validation_alone(logs: list[RunLog]) -> None:
    logs[0].problem = replace(logs[0].problem, noise_floor=0.1)
    assert [r.noise_floor for r in references(logs[:1], Split.VALIDATION)] == [0.1]
    assert [r.noise_floor for r in references(logs[:1], Split.SEARCH)] == [0.0]


@pytest.mark.parametrize("over", [EVALUATIONS, DOLLARS, TIME])
def test_a_chart_names_every_line_once_below_it(logs: list[RunLog], over: str) -> None:
    found = arms(logs, Split.VALIDATION, over)
    drawn = progress_chart(found, references(logs, Split.VALIDATION), Split.VALIDATION, over).to_dict()
    colours = [layer["encoding"]["color"] for layer in drawn["layer"] if "color" in layer["encoding"]]
    assert {tuple(colour["scale"]["domain"]) for colour in colours} == {
        (*labels(found), references(logs, Split.VALIDATION)[0].label, "proven bound: 1")
    }
    assert colours[0]["legend"]["orient"] == "bottom"
