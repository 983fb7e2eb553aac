"""`adrs ablate`: each change undone once, and what it was worth."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from evolve.cli.exits import Exit
from evolve.runs.ablations import ablations
from evolve.runs.store import Store
from tests.evolve.cli.conftest import COMMAND, Adrs

OLDER = '''"""By length."""

TRIES = 3
SPARE = 1


def key(job):
    return job.length_s


def solve(task):
    jobs = task.jobs
    order = sorted(
        range(len(jobs)),
        key=lambda i: key(jobs[i]),
    )
    found = tuple(order)
    return found
'''
NEWER = '''"""By length and weight."""

TRIES = 3
SPARE = 2


def key(job):
    return job.length_s / job.weight


def solve(task):
    size = len(task.jobs)
    jobs = task.jobs
    order = list(sorted(
        range(len(jobs)),
        key=lambda i: key(jobs[i]),
    ))
    found = tuple(order)
    return found[:size]
'''
FAILING = "def solve(task):\n    return (0, 0)\n"


@pytest.fixture(scope="module")
def seeded(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a run `own` whose first steps are the older policy, the newer, and one that fails."""
    folder, words = tmp_path_factory.mktemp("seeded"), []
    for name, source in {"older.py": OLDER, "newer.py": NEWER, "failing.py": FAILING}.items():
        (folder / name).write_text(source)
        words += ["--seed-policy", name]
    words += ["--max-evals", "6", "--workers", "1", "--name", "own", "--db", "own.db"]
    subprocess.run([*COMMAND, "run", "toy-order", *words], check=True, capture_output=True, cwd=folder)
    return folder / "own.db"


@pytest.fixture
def own(seeded: Path, tmp_path: Path) -> Path:
    """A copy of it that may be written."""
    return Path(shutil.copy(seeded, tmp_path / "own.db"))


def test_each_change_is_told_by_what_is_left_without_it_and_kept(adrs: Adrs, own: Path) -> None:
    found = adrs("ablate", "own", 1, "--against", 0, "--db", own, "--json").json
    assert [(change["at"], change["result"]) for change in found["changes"]] == [
        (1, "alike"),
        (4, "idle"),
        (8, "measured"),
        (12, "fault"),
        (14, "unparsable"),
        (17, "unparsable"),
        (19, "idle"),
    ]
    weight = found["changes"][2]
    assert weight["change"] == "-    return job.length_s\n+    return job.length_s / job.weight"
    assert weight["worth"]["difference"] == pytest.approx(found["score"] - weight["score"])
    verdicts = [change["verdict"] for change in found["changes"]]
    assert verdicts[:3] == ["no matter: same program", "no matter: same scores", "of use"]
    assert verdicts[3].startswith("needed, else exception on ")
    with Store.open(own) as store:
        (kept,) = ablations(store, "own")
    assert (kept.step, kept.against, kept.score) == (1, 0, found["score"])
    assert [change.verdict for change in kept.changes] == verdicts
    assert adrs("show", "own", "--db", own).code == Exit.DONE


@pytest.mark.slow
def test_all_changes_undone_are_the_older_policy(adrs: Adrs, own: Path) -> None:
    found = adrs("ablate", "own", 1, "--against", 0, "--most", 1, "--db", own, "--json").json
    older = adrs("show", "own", 0, "--db", own, "--json").json["evaluations"]["validation"]["score"]
    assert found["whole"]["score"] == pytest.approx(older, abs=1e-12)  # the same instances, the same program
    assert [change["score"] for change in found["changes"]] == [found["whole"]["score"]]


def test_people_see_a_line_a_change_and_all_of_them(adrs: Adrs, own: Path) -> None:
    shown = adrs("ablate", "own", 1, "--against", 0, "--db", own).out
    assert shown.startswith("own: step 1, each change since step 0 undone once\n")
    lines = [line.split() for line in shown.splitlines()]
    assert ["8", "+return", "job.length_s", "/", "job.we...", "+1", "-1"] in [line[:7] for line in lines]
    assert ["all", "+7", "-6"] in [line[:3] for line in lines]
    assert "validation, measured anew" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((0,), "step 0 of run 'done' is a seed; name what it is held against: --against STEP"),
        ((1, "--against", 1), "steps 1 and 1 of run 'done' are the same text"),
        ((1, "--against", 999), "run 'done' has no candidate '999'"),
        ((1, "--against", 0, "--most", 0), "expected --most of at least 1, but got 0"),
    ],
)
def test_what_cannot_be_undone_is_said(
    adrs: Adrs, finished: Path, words: tuple[object, ...], told: str
) -> None:
    ended = adrs("ablate", "done", *words, "--db", finished)
    assert ended.code == Exit.USAGE
    assert told in ended.err


def test_a_run_that_goes_on_is_left_alone(adrs: Adrs, own: Path) -> None:
    with Store.open(own) as store, store.lease("own", now=time.time):
        ended = adrs("ablate", "own", 1, "--against", 0, "--db", own)
    assert ended.code == Exit.USAGE
    assert "is being written by process" in ended.err


@pytest.mark.slow
def test_of_a_candidate_that_fails_on_validation_no_change_is_of_use(adrs: Adrs, own: Path) -> None:
    ended = adrs("ablate", "own", 2, "--against", 0, "--db", own)
    assert (ended.code, ended.out) == (Exit.POLICY, "")
    assert "duplicate_index" in ended.err
    assert "step 2 fails on validation, so no change of it is of use" in ended.err
