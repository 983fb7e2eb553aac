"""What the pages may start: only commands made of checked values, and no word of theirs can be an option."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import actions
from dashboard.actions import Action, Refused
from dashboard.data import RunLog
from evolve.cli.marks import author_named
from evolve.runs.store import Store
from problems.base import Split


@pytest.fixture
def log(finished: Path) -> RunLog:
    found = RunLog(finished, "done")
    found.refresh()
    return found


def instance(log: RunLog) -> str:
    return log.header.layouts[Split.SEARCH].rows[0][0]


def test_each_action_has_a_fixed_shape(log: RunLog) -> None:
    me, name = f"--author={author_named(None)}", instance(log)
    made = [
        actions.tag(log, 2, ["approved"]),
        actions.tag(log, 2, ["odd"], off=True),
        actions.note(log, " why? ", step=2),
        actions.archive(log, undo=True),
        actions.verify(log, 2),
        actions.bundle(log),
        actions.trace(log, 2, name, split=Split.SEARCH, against=1),
        actions.ablate(log, 2, against=1),
        actions.report([log]),
    ]
    assert [(a.verb, a.options, a.words) for a in made] == [
        ("tag", (me,), ("done", "2", "approved")),
        ("tag", (me, "--off"), ("done", "2", "odd")),
        ("note", (me, "--candidate=2"), ("done", "why?")),
        ("archive", (me, "--undo"), ("done",)),
        ("verify", (), ("done", "done:2")),
        ("bundle", ("--force",), ("done",)),
        ("trace", ("--split=search", f"--instance={name}", "--json", "--against=done:1"), ("done", "done:2")),
        ("ablate", ("--json", "--against=1"), ("done", "2")),
        ("report", ("--force",), ("done",)),
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda log: actions.tag(log, 2, []), "at least one tag"),
        (lambda log: actions.tag(log, 2, ["--off"]), None),
        (lambda log: actions.tag(log, 2, ["a b"]), "expected a tag of at most 40"),
        (lambda log: actions.tag(log, 9999, ["odd"]), "has no step 9999; it has steps 0 to"),
        (lambda log: actions.tag(log, -1, ["odd"]), "has no step -1"),
        (lambda log: actions.note(log, "  "), "a note of 1 to 4,000 characters, but got 0"),
        (lambda log: actions.note(log, "x" * 4001), "but got 4,001"),
        (lambda log: actions.note(log, "a\0b"), "text alone"),
        (lambda log: actions.note(log, "\ud800"), "text alone"),
        (lambda log: actions.verify(log, 9999), "has no step 9999"),
        (lambda log: actions.trace(log, 2, "--db=x", split=Split.SEARCH), "has no instance '--db=x'"),
        (lambda log: actions.trace(log, 2, "x", split=Split.HOLDOUT), "expected a split that run 'done'"),
        (
            lambda log: actions.trace(log, 2, instance(log), split=Split.SEARCH, against="/etc/passwd"),
            "expected a baseline of toy-order",
        ),
        (lambda log: actions.ablate(log, 2, against=10**9), "has no step 1000000000"),
        (lambda log: actions.report([]), "at least one run"),
    ],
)
def test_what_is_not_there_is_refused(
    log: RunLog, make: Callable[[RunLog], Action], said: str | None
) -> None:
    if said is None:  # a tag may begin with a dash; it stands behind -- and is no option
        assert "--off" in make(log).words
        return
    with pytest.raises(Refused, match=said):
        make(log)


def renamed(log: RunLog, name: str) -> RunLog:
    log.run = name
    return log


@pytest.mark.parametrize("name", ["--help", "../x", "two words", "holdout"])
def test_a_run_that_commands_would_not_take_is_refused(log: RunLog, name: str) -> None:
    with pytest.raises(Refused, match=r"run name|reserved"):
        actions.bundle(renamed(log, name))


def test_a_run_of_a_problems_name_is_not_mistaken_for_the_problem(log: RunLog) -> None:
    with pytest.raises(Refused, match="has the name of a problem"):
        actions.verify(renamed(log, "toy-order"), 2)


@pytest.mark.parametrize(
    ("run", "file"),
    [("done", "done.adrs.zip"), ("a.b_c-1", "a.b_c-1.adrs.zip"), ("..", "run-5ec1f7e7.adrs.zip")],
)
def test_a_file_is_named_as_its_run_if_every_system_takes_that(log: RunLog, run: str, file: str) -> None:
    assert actions.bundle(renamed(log, run)).file == file


def test_runs_of_like_names_get_files_of_their_own_and_long_names_fit(log: RunLog) -> None:
    names = ["ä", "ö", "ü" * 200, "x" * 199 + "a", "x" * 199 + "b"]
    files = [actions.bundle(renamed(log, name)).file or "" for name in names]
    assert len(set(files)) == len(files)
    assert max(map(len, files)) < 120
    assert all(file.isascii() for file in files)


def test_what_is_typed_means_the_same(log: RunLog) -> None:
    me = author_named(None)
    assert actions.note(log, "it's -- odd").typed(Path("a.db")) == (
        f"adrs note --author={me} --db=a.db done 'it'\"'\"'s -- odd'"
    )
    assert actions.note(log, "-x").typed(Path("a.db")) == f"adrs note --author={me} --db=a.db -- done -x"


def test_reading_starts_nothing(finished: Path, log: RunLog) -> None:
    with Store.open(finished, create=False) as store:
        before = len(list(store.events("done")))
        actions.tag(log, 2, ["odd"])
        assert len(list(store.events("done"))) == before
