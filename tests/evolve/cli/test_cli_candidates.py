from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs


def test_every_step_of_a_run_is_listed_in_order(adrs: Adrs, finished: Path) -> None:
    found = adrs("candidates", "done", "--db", finished, "--json").json
    steps = [line["step"] for line in found["candidates"]]
    assert steps == sorted(steps) == list(range(found["steps"]))
    assert found["sandbox"] in {"full", "strong"}
    assert sum(line["outcome"] == "evaluated" for line in found["candidates"]) == 30
    assert any(line["promoted"] for line in found["candidates"])


def test_a_key_sorts_from_the_best_and_puts_what_lacks_it_last(adrs: Adrs, finished: Path) -> None:
    words = ("candidates", "done", "--db", finished, "--sort", "search", "--json")
    scores = [line["search"] for line in adrs(*words).json["candidates"]]
    known = [score for score in scores if score is not None]
    assert known == sorted(known, reverse=True)
    assert scores[len(known) :] == [None] * (len(scores) - len(known))
    assert [line["search"] for line in adrs(*words, "--top", 2).json["candidates"]] == known[:2]


def test_conditions_hold_together(adrs: Adrs, finished: Path) -> None:
    words = ("candidates", "done", "--db", finished, "--json")
    every = adrs(*words).json["candidates"]
    found = adrs(*words, "--filter", "operator=seed", "--filter", "search>0").json["candidates"]
    assert found == [line for line in every if line["operator"] == "seed" and (line["search"] or 0) > 0]
    assert found
    (one,) = adrs(*words, "--filter", f"id={found[0]['id'][:12].upper()}").json["candidates"]
    assert one == found[0]
    late = adrs(*words, "--filter", "step >= 5", "--filter", "step<7").json["candidates"]
    assert [line["step"] for line in late] == [5, 6]


def test_people_see_scores_parents_and_how_many_there_are(adrs: Adrs, finished: Path) -> None:
    shown = adrs("candidates", "done", "--db", finished, "--top", 3).out
    assert shown.splitlines()[0].split()[:4] == ["step", "id", "operator", "outcome"]
    assert "shown    3 of " in shown
    ended = adrs("candidates", "done", "--db", finished, "--filter", "search>2")
    assert (ended.code, ended.out) == (0, "")
    assert "has no such candidate among its" in ended.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--sort", "score"), "expected a key to sort by, but got 'score'; there are: "),
        (("--filter", "search~3"), "expected a condition as in 'search>0.5'"),
        (("--filter", "serch>3"), "expected a key to filter by, but got 'serch'; there are: search"),
        (("--filter", "search>much"), "search is a number, but got 'much'"),
        (("--filter", "operator>seed"), "operator is a word, which can only be equal: operator=seed"),
        (("--top", 0), "expected --top of at least 1, but got 0"),
    ],
)
def test_what_cannot_be_listed_is_said(
    adrs: Adrs, finished: Path, options: tuple[object, ...], told: str
) -> None:
    ended = adrs("candidates", "done", "--db", finished, *options)
    assert ended.code == 2
    assert told in ended.err


def child_of(adrs: Adrs, finished: Path) -> dict[str, object]:
    listed = adrs("candidates", "done", "--db", finished, "--json").json["candidates"]
    return next(line for line in listed if line["parents"] and line["search"] is not None)


def test_a_candidate_is_compared_with_its_first_parent(adrs: Adrs, finished: Path) -> None:
    child = child_of(adrs, finished)
    found = adrs("diff", "done", child["step"], "--db", finished, "--json").json
    parent = child["parents"][0]  # type: ignore[index]
    assert found["steps"] == [parent, child["step"]]
    assert found["diff"][:2] == [f"--- step {parent}", f"+++ step {child['step']}"]
    search = next(row for row in found["scores"] if row["split"] == "search")
    assert search["scores"][1] == child["search"]
    assert search["difference"]["difference"] == pytest.approx(search["scores"][1] - search["scores"][0])
    sizes = [abs(row["difference"]) for row in search["instances"]]
    assert sizes == sorted(sizes, reverse=True)


def test_any_two_candidates_are_compared_and_equal_ones_differ_in_nothing(adrs: Adrs, finished: Path) -> None:
    shown = adrs("diff", "done", 0, 1, "--db", finished).out
    assert shown.startswith("--- step 0\n+++ step 1\n")
    assert "paired bootstrap by blocks" in shown
    same = adrs("diff", "done", 1, 1, "--db", finished).out
    assert same.startswith("the two are the same text\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((0,), "step 0 of run 'done' is a seed; name two: adrs diff done A B"),
        ((999,), "has no candidate '999'"),
    ],
)
def test_what_cannot_be_compared_is_said(
    adrs: Adrs, finished: Path, words: tuple[object, ...], told: str
) -> None:
    ended = adrs("diff", "done", *words, "--db", finished)
    assert ended.code == 2
    assert told in ended.err
