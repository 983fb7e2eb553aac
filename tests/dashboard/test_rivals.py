"""Whom a candidate is held against, and where."""

from dashboard.data import RunLog
from dashboard.reading.rivals import Meeting, is_otherwise, known_scores, meetings, rivals, unnamed
from dashboard.reading.traces import Policy, Trace
from problems.base import Split


def test_the_best_baseline_comes_first_and_all_others_are_there(done: RunLog) -> None:
    number = next(step.step for step in done.steps if len(step.parents) == 2)
    found = rivals(done, number)
    names = [baseline.name for baseline in done.problem.baselines]
    assert next(iter(found.values())) == done.problem.best_baseline.name
    assert set(names) <= set(found.values())
    assert set(done.steps[number].parents) <= set(found.values())
    assert done.state.champion is not None
    assert done.state.champion.step in found.values()


def test_a_champion_is_not_its_own_rival(done: RunLog) -> None:
    assert done.state.champion is not None
    number = done.state.champion.step
    assert number not in rivals(done, number).values()


def test_a_step_without_a_name_is_found_as_long_as_there_is_one(done: RunLog) -> None:
    assert unnamed(done, 1, {"a seed": 0, "another": 2, "a baseline": "wspt"}) == 3
    assert unnamed(done, 0, {str(step.step): step.step for step in done.steps}) == 0


def test_a_seed_lends_a_baseline_its_scores(done: RunLog) -> None:
    for number, name in enumerate(done.header.spec.seeds):
        assert list(known_scores(done, name, Split.SEARCH).values()) == list(done.steps[number].scores)


def test_instances_come_in_order_of_how_far_apart_the_scores_are(done: RunLog) -> None:
    found = meetings(done, 0, 1, Split.SEARCH)
    gaps = [meeting.apart for meeting in found]
    assert len(found) == len(done.instances)
    assert gaps == sorted(gaps, key=lambda gap: -(gap or 0.0))
    assert gaps[0]


def test_a_candidate_that_was_not_measured_there_is_said_to_be_so(done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.reason == "no_challenge")
    text = str(meetings(done, number, 1, Split.VALIDATION)[0])
    assert ": not measured against 0." in text


def test_an_instance_of_which_nothing_is_known_is_its_name() -> None:
    assert str(Meeting("zipf-0", None, None)) == "zipf-0"


def test_a_score_that_came_out_otherwise_is_noticed() -> None:
    policies = tuple(Policy(name, score, {}, "", ()) for name, score in (("mine", 0.5), ("best", 0.75)))
    found = Trace("i", policies, None, None)
    assert not is_otherwise(found, Meeting("i", 0.5, 0.75))
    assert not is_otherwise(found, Meeting("i", None, None))
    assert is_otherwise(found, Meeting("i", 0.5, 0.7500001))
