"""Variants are called by name and draw, and share seed words with nothing else."""

import pytest

from problems.registry import get, names
from problems.variants import Variant

KNOWN = ("seeds", "slack-x0.5")


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        ("generated~seeds", Variant("seeds")),
        ("generated~slack-x0.5", Variant("slack-x0.5")),
        ("generated~seeds~12", Variant("seeds", 12)),
        ("generated~other", None),
        ("generated~seeds~0", None),  # or a draw would have two names
        ("generated~seeds~", None),
        ("generated~seeds ", None),
        ("generated", None),
        ("seeds", None),
    ],
)
def test_a_workload_names_a_known_variant(workload: str, expected: Variant | None) -> None:
    assert Variant.of(workload, KNOWN) == expected


def test_seed_words_are_apart_from_those_of_splits_and_of_one_another() -> None:
    called = {name for problem in names() for name in get(problem).perturbations}
    firsts = [Variant(name).key[0] for name in called]
    assert len(set(firsts)) == len(called)
    assert min(firsts) >= 1 << 31  # splits begin with a number below ten
    assert max(firsts) < 1 << 32  # the most that a seed word holds


def test_draws_and_blocks_have_streams_of_their_own() -> None:
    variants = [Variant("seeds"), Variant("seeds", 1), Variant("slack-x2")]
    drawn = {v.stream(1, block).integers(1 << 62) for v in variants for block in range(3)}
    assert len(drawn) == 9
