"""The proposer that asks models: what it draws, what it asks of whom, and what it makes of replies."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from evolve.models.language_model import Completion
from evolve.models.model_spec import ModelSpec, Role
from evolve.search.candidate import Candidate
from evolve.search.language import DEFAULT_SHARES, Language, Sections
from evolve.search.language.operators import OPERATORS, works_on
from evolve.search.language.prompts import Assignment
from evolve.search.operators import Context, Plan, Rejection
from tests.evolve.search.briefed import (
    BROKEN,
    CONTEXT,
    FIRST_FIT,
    LONG,
    LOST,
    NEXT_FIT,
    ONE_EACH,
    PARENT,
    elite,
    section,
)

SMALL = ModelSpec("small", temperature=0.7, max_output_tokens=1000)
STRONG = ModelSpec("strong", Role.JUMP, max_output_tokens=9000, reasoning_effort="high")
ALL_FIT = replace(CONTEXT, parents=(elite(LONG, 0.9, 0.8, 0.5), *CONTEXT.parents[1:]))


def plans(proposer: Language, context: Context, n: int) -> Iterator[Plan]:
    return (proposer.plan(context, np.random.default_rng(seed)) for seed in range(n))


def only(operator: str, *models: ModelSpec) -> Language:
    return Language.of(models or (SMALL,), shares={operator: 1.0})


def assigned(operator: str, context: Context) -> Assignment:
    task = OPERATORS[operator].assign(context)
    assert task is not None
    return task


def reply(text: str, finish_reason: str = "stop") -> Completion:
    return Completion(text, "small-2026", 10, 10, 0.0, finish_reason)


def test_operators_are_drawn_by_their_shares() -> None:
    n = 1000
    drawn = Counter(plan.operator for plan in plans(Language.of([SMALL]), ALL_FIT, n))
    # Four standard deviations of a binomial draw.
    assert all(abs(drawn[o] - n * p) <= 4 * (n * p * (1 - p)) ** 0.5 for o, p in DEFAULT_SHARES.items())


def test_an_operator_without_work_leaves_its_share_to_the_others() -> None:
    bare = replace(CONTEXT, parents=(PARENT,), failures=())
    drawn = {plan.operator for plan in plans(Language.of([SMALL]), bare, 200)}
    assert drawn == {"diff_edit", "rewrite", "paradigm_shift"}


def test_where_no_named_operator_has_work_an_edit_is_asked() -> None:
    bare = replace(CONTEXT, failures=())
    assert {plan.operator for plan in plans(only("repair"), bare, 5)} == {"diff_edit"}


def test_the_same_generator_plans_the_same_step() -> None:
    proposer = Language.of([SMALL, STRONG])
    assert list(plans(proposer, ALL_FIT, 30)) == list(plans(proposer, ALL_FIT, 30))


def test_crossover_takes_the_parent_that_is_ahead_where_the_first_is_not() -> None:
    assert works_on(assigned("crossover", CONTEXT)) == (PARENT.candidate.id, Candidate(ONE_EACH).id)


def test_crossover_has_no_work_where_no_parent_is_ahead() -> None:
    behind = replace(CONTEXT, parents=(PARENT, elite(NEXT_FIT, 0.9, 0.7, 0.5)))
    assert OPERATORS["crossover"].assign(behind) is None


def test_repair_takes_the_latest_failure_that_left_a_program() -> None:
    older = replace(BROKEN, step=3, candidate=Candidate(ONE_EACH))
    task = assigned("repair", replace(CONTEXT, failures=(LOST, BROKEN, older)))
    assert task.program == BROKEN.candidate


def test_a_repair_descends_from_what_failed() -> None:
    assert BROKEN.candidate is not None
    (plan,) = plans(only("repair"), CONTEXT, 1)
    assert plan.parents == (BROKEN.candidate.id,)


def test_repair_has_no_work_where_nothing_but_replies_failed() -> None:
    assert OPERATORS["repair"].assign(replace(CONTEXT, failures=(LOST,))) is None


@pytest.mark.parametrize(("source", "fits"), [(FIRST_FIT, False), (LONG, True)])
def test_only_long_programs_are_simplified(source: str, fits: bool) -> None:
    found = OPERATORS["simplify"].assign(replace(CONTEXT, parents=(elite(source, 0.5),)))
    assert (found is not None) is fits


def test_others_that_are_only_shown_are_no_parents() -> None:
    (plan,) = plans(only("rewrite"), CONTEXT, 1)
    assert plan.parents == (PARENT.candidate.id,)


@pytest.mark.parametrize(("operator", "model"), [("diff_edit", "small"), ("paradigm_shift", "strong")])
def test_each_operator_asks_models_of_its_role(operator: str, model: str) -> None:
    asked = {plan.request.model for plan in plans(only(operator, SMALL, STRONG), CONTEXT, 20) if plan.request}
    assert asked == {model}


@pytest.mark.parametrize(
    ("operator", "model"), [("paradigm_shift", SMALL), ("diff_edit", STRONG)], ids=["jump", "edit"]
)
def test_a_role_that_no_model_has_is_taken_by_the_others(operator: str, model: ModelSpec) -> None:
    (plan,) = plans(only(operator, model), CONTEXT, 1)
    assert plan.request is not None
    assert plan.request.model == model.name


def test_models_of_a_role_are_drawn_by_their_shares() -> None:
    proposer = only("diff_edit", replace(SMALL, share=3.0), replace(SMALL, name="other"))
    asked = Counter(plan.request.model for plan in plans(proposer, CONTEXT, 400) if plan.request)
    assert abs(asked["small"] - 300) <= 4 * 75**0.5


def test_one_model_in_two_roles_is_asked_as_the_drawn_role_says() -> None:
    strong = replace(STRONG, name="small")
    (edit,) = plans(only("diff_edit", SMALL, strong), CONTEXT, 1)
    (jump,) = plans(only("paradigm_shift", SMALL, strong), CONTEXT, 1)
    settings = [
        (r.max_output_tokens, r.temperature, r.reasoning_effort) for r in (edit.request, jump.request) if r
    ]
    assert settings == [(1000, 0.7, None), (9000, None, "high")]


def test_an_edit_becomes_a_candidate() -> None:
    (plan,) = plans(only("diff_edit"), CONTEXT, 1)
    edit = "<<<<<<< SEARCH\n    space, bins = [], []\n=======\n    space, bins = [0.5], []\n>>>>>>> REPLACE"
    source = FIRST_FIT.replace("space, bins = []", "space, bins = [0.5]")
    assert plan.propose(reply(edit)) == Candidate(source, plan.parents, "diff_edit", "small")


def test_a_repair_is_applied_to_what_failed() -> None:
    (plan,) = plans(only("repair"), CONTEXT, 1)
    edit = "<<<<<<< SEARCH\n    return [0 for _ in task.sizes]\n=======\n    return [1]\n>>>>>>> REPLACE"
    proposal = plan.propose(reply(edit))
    assert isinstance(proposal, Candidate)
    assert proposal.source == "def solve(task):\n    return [1]\n"


def test_the_example_of_an_edit_applies_to_the_program_it_is_made_of() -> None:
    (plan,) = plans(only("diff_edit"), CONTEXT, 1)
    assert plan.request is not None
    example = plan.request.prompt[plan.request.prompt.rindex("<<<<<<< SEARCH") :]
    proposal = plan.propose(reply(example))
    assert isinstance(proposal, Rejection)
    assert proposal.reason == "unchanged"  # found, applied, and nothing but a comment


def test_a_bad_reply_is_rejected_with_what_there_is_to_say() -> None:
    (plan,) = plans(only("rewrite"), CONTEXT, 1)
    proposal = plan.propose(reply("```python\ndef solve(task:\n```"))
    assert isinstance(proposal, Rejection)
    assert (proposal.reason, proposal.operator) == ("unparsable", "rewrite")
    assert proposal.detail


@pytest.mark.parametrize(("operator", "capped"), [("diff_edit", True), ("rewrite", False)])
def test_only_edits_are_held_to_the_cap_on_changed_lines(operator: str, capped: bool) -> None:
    proposer = Language.of([SMALL], shares={operator: 1.0}, most_changed_lines=2)
    (plan,) = plans(proposer, CONTEXT, 1)
    proposal = plan.propose(reply(f"```python\n{ONE_EACH}```"))
    assert isinstance(proposal, Rejection) is capped


def test_a_plan_without_its_completion_is_a_defect_of_ours() -> None:
    (plan,) = plans(only("rewrite"), CONTEXT, 1)
    with pytest.raises(ValueError, match="needs the completion"):
        plan.propose(None)


def test_an_unknown_operator_is_told_with_the_nearest_first() -> None:
    with pytest.raises(ValueError, match=r"'difedit'; there are: diff_edit,"):
        Language.of([SMALL], shares={"difedit": 1.0})


@pytest.mark.parametrize("share", [-0.1, float("nan"), float("inf")])
def test_a_share_is_a_weight(share: float) -> None:
    with pytest.raises(ValueError, match="share of operator 'rewrite' must be at least 0"):
        Language.of([SMALL], shares={"rewrite": share})


def test_some_operator_has_a_share() -> None:
    with pytest.raises(ValueError, match="at least one operator with a share above 0"):
        Language.of([SMALL], shares={"rewrite": 0.0})


def test_a_proposer_needs_a_model() -> None:
    with pytest.raises(ValueError, match="name one with --model"):
        Language.of([])


def test_an_unknown_section_is_told_with_the_nearest_first() -> None:
    with pytest.raises(ValueError, match=r"'failure'; there are: failures,"):
        Sections.of({"failure": 10})


def test_a_budget_is_no_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="'hints' must have at least 0 tokens, but got -1"):
        Sections.of({"hints": -1})


def test_a_draft_tells_what_its_prompt_is_made_of() -> None:
    draft = only("rewrite").draft(CONTEXT, np.random.default_rng(0))
    assert (
        "\n\n".join(section(s.name, draft.prompt) for s in draft.prompt.sections) + "\n" == draft.prompt.text
    )
