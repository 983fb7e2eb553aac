"""One specification is one run, whatever ends first."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from evolve.runs.engine import Engine
from evolve.runs.trial import Trial
from tests.evolve.runs.searches import Observed, delayed_search, spec

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture(scope="module")
def single(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    path = tmp_path_factory.mktemp("single") / "runs.db"
    return asyncio.run(delayed_search(path, spec(workers=1), delays=1))


@pytest.fixture(scope="module")
def double(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    path = tmp_path_factory.mktemp("double") / "runs.db"
    return asyncio.run(delayed_search(path, spec(workers=2), delays=2))


def test_one_and_two_workers_write_the_same_log(single: Observed, double: Observed) -> None:
    assert single.ended != double.ended  # else this test would prove nothing
    assert single.digest == double.digest
    assert single.events == double.events


def test_steps_really_ended_out_of_order(double: Observed) -> None:
    assert double.out_of_order >= 0.3


def test_every_kind_of_outcome_was_there(single: Observed) -> None:
    assert single.outcomes == {"evaluated", "rejected", "model_failed", "cancelled"}


def test_another_seed_is_another_run(single: Observed, tmp_path: Path) -> None:
    other = asyncio.run(delayed_search(tmp_path / "runs.db", spec(workers=2, seed=1), delays=1))
    assert other.events != single.events


class ByCompletion(Engine):
    """The engine as it must not be: commits whatever ends first, under the number that is due."""

    async def _head(self) -> Trial | None:
        from dataclasses import replace

        done, _ = await asyncio.wait(self._flight.values(), return_when=asyncio.FIRST_COMPLETED)
        first = next(step for step, task in self._flight.items() if task in done)
        task = self._flight.pop(first)
        if first != self.state.commits:
            self._flight[first] = self._flight.pop(self.state.commits)
        return replace(task.result(), step=self.state.commits)


def test_committing_by_completion_would_be_noticed(single: Observed, tmp_path: Path) -> None:
    wrong = asyncio.run(delayed_search(tmp_path / "runs.db", spec(workers=2), delays=2, engine=ByCompletion))
    assert wrong.events != single.events
    assert wrong.digest != single.digest


def commits(observed: Observed) -> Sequence[int | None]:
    return [step for kind, step, _ in observed.events if kind == "committed"]


def test_every_step_ends_once_and_in_order(double: Observed) -> None:
    assert commits(double) == list(range(len(commits(double))))


def test_a_step_is_asked_from_exactly_the_commits_before_its_window(double: Observed) -> None:
    wanted, seen, evaluated, in_flight = spec(), 0, 0, 0
    for kind, step, body in double.events:
        if kind == "asked":
            assert evaluated + in_flight < wanted.max_evals
            budget_was_short = evaluated + in_flight + 1 >= wanted.max_evals - wanted.window
            assert step is not None
            if step >= len(wanted.seeds) and not budget_was_short:
                assert seen == max(len(wanted.seeds), step - wanted.window)
            in_flight += 1
        elif kind == "committed":
            seen, in_flight = seen + 1, in_flight - 1
            evaluated += body["outcome"] == "evaluated"
    assert evaluated == wanted.max_evals
