"""What is told of candidates that were measured anew."""

import pytest

from evaluators.values import Evaluation, Measurement
from evolve.runs.packing import Layout
from evolve.runs.rescoring import Anew, Rescoring, crowned, new_challengers, ranks_changed, rescored_drafts
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import Candidate
from problems.base import Axis, Split
from sandbox.faults import Fault, FaultKind

AXES = (Axis("size", (0.5,)),)
BLOCKS = 8


def evaluation(split: Split, score: float, *, fault: FaultKind | None = None, of: int = BLOCKS) -> Evaluation:
    """Scores that differ a little from block to block, around `score`."""
    found = tuple(Measurement(f"i{n}", f"g{n}", f"b{n}", score + 0.001 * n, {"size": 1.0}) for n in range(of))
    if fault is not None:
        found = (Measurement("i0", "g0", "b0", 0.0, {}, Fault(fault, "rule", "said")), *found[1:])
    return Evaluation.of(split, found, complete=of == BLOCKS)


def one(step: int, old: tuple[float, ...], new: tuple[float, ...], operator: str = "edit") -> Anew:
    """A candidate with scores on SEARCH and, if there is a second, on VALIDATION."""
    stages = (Split.SEARCH, Split.VALIDATION)
    before = {s: evaluation(s, score) for s, score in zip(stages, old, strict=False)}
    after = {s: evaluation(s, score) for s, score in zip(stages, new, strict=False)}
    candidate = Candidate(f"# {step}", operator=operator)
    return Anew(Trial(step, OutcomeKind.EVALUATED, "measured", operator, candidate, None, before), after)


def test_equals_share_a_rank() -> None:
    found = [one(0, (0.5,), (0.4,)), one(1, (0.5,), (0.4,)), one(2, (0.3,), (0.2,))]
    assert ranks_changed(found) == 0
    assert ranks_changed([*found, one(3, (0.1,), (0.3,))]) == 2


def test_the_first_seed_is_crowned_until_one_is_surely_better() -> None:
    found = [one(0, (0.5, 0.5), (0.5, 0.5), "seed"), one(4, (0.6, 0.6), (0.6, 0.6))]
    assert crowned(found, 0, AXES) == 4
    assert crowned([found[0], one(4, (0.6, 0.6), (0.6, 0.4))], 0, AXES) == 0


def test_who_is_above_the_champion_now_and_never_challenged_does() -> None:
    champion = one(0, (0.5, 0.5), (0.5,))
    above, twin, below = one(1, (0.4,), (0.7,)), one(2, (0.3,), (0.7,)), one(3, (0.45,), (0.45,))
    assert new_challengers([champion, above, twin, below], 0) == [above]
    assert new_challengers([one(0, (0.5, 0.5), (0.7,)), above], 0) == []


def test_a_candidate_with_a_fault_on_search_challenges_nobody() -> None:
    broken = Anew(
        one(1, (0.4,), ()).trial, {Split.SEARCH: evaluation(Split.SEARCH, 0.9, fault=FaultKind.RAISED)}
    )
    assert new_challengers([one(0, (0.5, 0.5), (0.5,)), broken], 0) == []


def test_what_is_alike_is_alike_to_the_last_bit_but_for_time() -> None:
    assert one(0, (0.5, 0.6), (0.5, 0.6)).is_alike
    assert not one(0, (0.5, 0.6), (0.5, 0.6 + 1e-15)).is_alike
    late = {Split.SEARCH: evaluation(Split.SEARCH, 0.1, fault=FaultKind.TIMED_OUT)}
    assert Anew(one(0, (0.5,), ()).trial, late).is_alike


def test_of_an_evaluation_with_gaps_its_beginning_is_kept() -> None:
    whole = evaluation(Split.SEARCH, 0.5)
    gap = Evaluation.of(Split.SEARCH, whole.measurements[:2] + whole.measurements[3:5], complete=False)
    layout = Layout(tuple((m.instance, m.group, m.block) for m in whole.measurements))
    drafts = rescored_drafts(
        [Anew(one(0, (0.5,), ()).trial, {Split.SEARCH: gap})], {Split.SEARCH: layout}, {}
    )
    assert drafts[0].body["measured"][0]["scores"] == [0.5, 0.501]


@pytest.mark.parametrize(
    ("champion", "alike", "said"),
    [
        ((3, 3), 2, "all 2 candidates came out alike; the champion stays step 3"),
        ((3, 5), 1, "1 of 2 candidates score otherwise, 1 have another rank; the champion would be step 5"),
        (
            (3, None),
            0,
            "2 of 2 candidates score otherwise, 1 have another rank; the champion would be nobody",
        ),
        ((None, None), 2, "all 2 candidates came out alike; there is no champion"),
    ],
)
def test_the_verdict_says_what_became_of_the_champion(
    champion: tuple[int | None, int | None], alike: int, said: str
) -> None:
    assert Rescoring(0.0, 1, (), champion, {0: {}, 1: {}}, alike, 1).verdict.startswith(said)
