"""The ledger: what is spent and what may be spent never pass a budget together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolve.models.language_model import Request
from evolve.models.model_spec import Price
from evolve.runs.asking import most_cost
from evolve.runs.ledger import Budget, Cost, Ledger

COSTS = st.builds(Cost, st.floats(0, 10), st.integers(0, 100_000))


def test_a_reserve_counts_until_its_step_is_settled() -> None:
    ledger = Ledger()
    ledger.reserve(7, Cost(0.6, 10))
    assert ledger.exhausted_by(Cost(0.5, 10), Budget(max_usd=1.0)) == "max_usd"
    ledger.settle(7, Cost(0.1, 5))
    assert ledger.exhausted_by(Cost(0.5, 10), Budget(max_usd=1.0)) is None
    assert ledger.spent == Cost(0.1, 5)


def test_a_call_in_doubt_is_spent_and_leaves_the_reserve_of_the_next_call() -> None:
    ledger = Ledger()
    ledger.reserve(7, Cost(0.4, 10))
    ledger.spend(Cost(0.4, 10), in_doubt=True)
    assert ledger.exhausted_by(Cost(0.3, 10), Budget(max_usd=1.0)) == "max_usd"
    ledger.settle(7, Cost(0.1, 5))
    assert (ledger.spent, ledger.doubtful) == (Cost(0.5, 15), Cost(0.4, 10))


def test_tokens_are_a_budget_of_their_own() -> None:
    assert Ledger().exhausted_by(Cost(0.0, 11), Budget(max_tokens=10)) == "max_tokens"
    assert Ledger().exhausted_by(Cost(99.0, 10), Budget(max_tokens=10)) is None


@given(st.lists(st.tuples(COSTS, st.floats(0, 1)), max_size=30), st.floats(0.1, 20))
def test_a_budget_is_never_passed(calls: list[tuple[Cost, float]], limit: float) -> None:
    ledger, budget = Ledger(), Budget(max_usd=limit)
    for step, (reserve, share) in enumerate(calls):
        if ledger.exhausted_by(reserve, budget) is None:
            ledger.reserve(step, reserve)
        if step % 3 == 2:  # some calls are settled late, as those in flight are
            for open_step, held in list(ledger.reserved.items()):
                ledger.settle(open_step, Cost(held.usd * share, held.tokens))
        held_usd = sum(cost.usd for cost in ledger.reserved.values())
        assert ledger.spent.usd + held_usd <= limit * (1 + 1e-6)


def test_a_call_reserves_the_longest_reply_and_every_token_its_prompt_may_have() -> None:
    request = Request("m", "ab", "cdefgh", max_output_tokens=100)
    cost = most_cost(request, Price(input=10.0, output=1.0))
    assert cost.tokens == 1 + 3 + 100  # a token has two bytes at least
    assert cost.usd == pytest.approx((4 * 10.0 + 100 * 1.0) / 1e6)


def test_cached_input_costs_what_the_price_says_of_it() -> None:
    price = Price(input=2.0, output=4.0, cached=0.5)
    assert price.cost_usd(1_000_000, 0, 400_000) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5)
    assert Price(2.0, 4.0).cost_usd(1_000_000, 0, 400_000) == pytest.approx(2.0)
