"""Which lines a comparison of runs has, and what they are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.progress import progress_chart
from dashboard.courses import Course
from dashboard.data import Library, RunLog
from dashboard.reading import arms as reading
from dashboard.reading.arms import DOLLARS, EVALUATIONS, TIME, Arm, arms, references, search_course
from evolve.figures.medians import Curve, band
from problems.base import Split
from problems.registry import UnknownProblem, get

NAMES = ("done", "again", "paid")


@pytest.fixture
def logs(family: Path) -> list[RunLog]:
    library = Library(family)
    return [library.log(name) for name in NAMES]


@pytest.fixture
def validation(family: Path) -> list[Course]:
    found = {summary.row.name: summary.course for summary in Library(family).runs()}
    return [found[name] for name in NAMES]


@pytest.fixture
def search(logs: Sequence[RunLog]) -> list[Course]:
    return list(map(search_course, logs))


def labels(found: list[Arm]) -> list[str]:
    return [arm.label for arm in found]


def test_runs_that_differ_by_their_seed_are_one_line_and_the_model_free_ones_the_control(
    validation: list[Course],
) -> None:
    assert labels(arms(validation, EVALUATIONS)) == [
        "done and 1 more seed, offline (control arm)",
        "paid, inbox",
    ]


def test_without_runs_that_ask_a_model_nothing_is_a_control(validation: list[Course]) -> None:
    (arm,) = arms(validation[:2], EVALUATIONS)
    assert not arm.is_control


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_course_told_without_the_log_is_that_of_the_log(
    validation: list[Course], logs: list[RunLog], number: int
) -> None:
    steps = [(s, s.champion) for s in logs[number].steps if s.evaluated and s.champion is not None]
    told: Mapping[str, Sequence[tuple[float, float]]] = {
        EVALUATIONS: [(s.evaluated, champion) for s, champion in steps],
        DOLLARS: [(s.usd_total, champion) for s, champion in steps],
        TIME: [(s.at - logs[number].steps[0].at, champion) for s, champion in steps],
    }
    for over, points in told.items():
        (arm,) = arms(validation[number : number + 1], over)
        assert arm.band == band([Curve.rising(points)])


def test_over_dollars_a_run_without_a_model_is_flat(search: list[Course], logs: list[RunLog]) -> None:
    control, paid = arms(search, DOLLARS)
    assert (control.is_flat, paid.is_flat) == (True, False)
    assert paid.band.xs[-1] == pytest.approx(logs[2].steps[-1].usd_total)


def test_time_begins_with_the_first_candidate(search: list[Course], logs: list[RunLog]) -> None:
    (arm,) = arms(search[:1], TIME)
    assert arm.band.xs[0] >= 0.0
    assert arm.band.xs[-1] == logs[0].steps[-1].at - logs[0].steps[0].at


def test_a_run_without_a_score_has_no_line(begun: Path) -> None:
    library = Library(begun)
    assert arms([library.runs()[0].course, search_course(library.log("begun"))], EVALUATIONS) == []


def test_runs_of_one_problem_are_held_against_one_baseline(
    validation: list[Course], logs: list[RunLog]
) -> None:
    (reference,) = references(validation)
    ranked = [row for row in logs[0].standings if row.lead is not None]
    assert reference.score == max(row.score for row in ranked)


def test_on_search_they_are_held_against_the_best_baseline_they_started_from(
    search: list[Course], logs: list[RunLog]
) -> None:
    (reference,) = references(search[:1])
    seeds = logs[0].steps[: len(logs[0].header.spec.seeds)]
    assert reference.score == max(step.search for step in seeds if step.search is not None)


def test_the_noise_floor_is_that_of_validation_alone(
    validation: list[Course], search: list[Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = replace(get("toy-order"), noise_floor=0.1)
    monkeypatch.setattr(reading, "get", lambda _: noisy)
    assert [r.noise_floor for r in references(validation[:1])] == [0.1]
    assert [r.noise_floor for r in references(search[:1])] == [0.0]


def test_a_problem_that_is_not_installed_takes_no_curve_away(
    validation: list[Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(name: str) -> None:
        raise UnknownProblem(name)

    monkeypatch.setattr(reading, "get", gone)
    running = [replace(course, standings=()) for course in validation]
    assert len(arms(running, EVALUATIONS)) == 2
    assert references(running) == []


@pytest.mark.parametrize("over", [EVALUATIONS, DOLLARS, TIME])
def test_a_chart_names_every_line_once_below_it(validation: list[Course], over: str) -> None:
    found, held = arms(validation, over), references(validation)
    drawn = progress_chart(found, held, Split.VALIDATION, over).to_dict()
    colours = [layer["encoding"]["color"] for layer in drawn["layer"] if "color" in layer["encoding"]]
    assert {tuple(colour["scale"]["domain"]) for colour in colours} == {
        (*labels(found), held[0].label, "proven bound: 1")
    }
    assert colours[0]["legend"]["orient"] == "bottom"
