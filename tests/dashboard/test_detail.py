"""One candidate, read from the log."""

import pytest

from dashboard.data import RunLog
from dashboard.reading.detail import MOST_CHARACTERS, ancestors, detail_of, kin, shortened, source_of
from evolve.cli.candidate import found_trial
from evolve.runs.store import Store
from problems.base import Split


def promoted(log: RunLog) -> int:
    """The champion's step; the run's law makes it a child of a child of a seed."""
    champion = log.state.champion
    assert champion is not None
    return champion.step


def test_a_detail_tells_what_the_command_line_tells(done: RunLog) -> None:
    number = promoted(done)
    with Store.open(done.db, create=False) as store:
        told = found_trial(store, "done", str(number))
    found = detail_of(done, number)
    assert told.trial.candidate is not None
    assert found.source == told.trial.candidate.source == source_of(done, number)
    assert found.feedback == told.feedback
    assert found.challenge == told.challenge
    assert [effort.cpu_s for effort in found.efforts] == [u.cpu_s for u in told.trial.usage.values()]
    assert [f.message for f in found.faults] == []


def test_regret_is_what_lacks_to_the_best_of_the_run(done: RunLog) -> None:
    frame = detail_of(done, promoted(done)).instances
    search = frame[frame["split"] == "search"]
    assert (search["regret"] == search["best known"] - search["score"]).all()
    assert list(search["best known"]) == list(done.best_known)
    assert (search["regret"] >= 0).all()


def test_scores_stand_beside_those_of_the_parent_and_of_the_champion(done: RunLog) -> None:
    champion = done.state.champion
    child = next(step for step in done.steps if step.parents == (promoted(done),) and step.search is not None)
    frame = detail_of(done, child.step).instances
    search = frame[frame["split"] == "search"]
    assert (search["over parent"] == search["over champion"]).all()
    assert champion is not None
    assert list(search["over parent"] + [m.score for m in champion.search.measurements]) == pytest.approx(
        list(search["score"])
    )


def test_a_champion_is_not_held_against_itself(done: RunLog) -> None:
    assert "over champion" not in detail_of(done, promoted(done)).instances


def test_a_line_leads_from_the_seed_to_the_champion(done: RunLog) -> None:
    line = [step.step for step in ancestors(done, promoted(done))][::-1]
    assert len(line) == 3
    assert [kin(done, number) for number in line[:2]] == [(None, line[1]), (line[0], line[2])]


def test_a_step_that_came_to_a_fault_names_it(done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.faults)
    found = detail_of(done, number)
    assert {(fault.kind, fault.rule) for fault in found.faults} == set(done.steps[number].faults)


def test_a_step_beyond_the_last_is_refused(done: RunLog) -> None:
    with pytest.raises(LookupError, match=rf"has no step {len(done.steps)}; it has steps 0 to"):
        detail_of(done, len(done.steps))


def test_a_duplicate_was_never_measured(done: RunLog) -> None:
    number = next(step.step for step in done.steps if step.reason == "duplicate")
    found = detail_of(done, number)
    assert found.source is not None
    assert found.instances.empty
    assert found.feedback is None


def test_a_long_text_says_how_much_was_left_out() -> None:
    found = shortened("x" * (MOST_CHARACTERS + 1234))
    assert found.endswith("x\n... 1,234 characters more, in the log")


def test_validation_has_no_regret_since_only_some_were_measured_there(done: RunLog) -> None:
    frame = detail_of(done, promoted(done)).instances
    assert frame[frame["split"] == str(Split.VALIDATION)]["regret"].isna().all()
