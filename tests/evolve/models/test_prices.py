"""Which of a provider's prices counts, so that a budget is neither passed nor spent in name alone."""

from collections.abc import Mapping

import pytest

from evolve.models import prices
from evolve.models.model_spec import Price
from evolve.models.prices import price_of


@pytest.mark.parametrize(
    ("row", "price"),
    [
        (
            {
                "input_cost_per_token": 1e-6,
                "input_cost_per_token_above_200k_tokens_priority": 9e-6,
                "input_cost_per_token_priority": 8e-6,
                "output_cost_per_token": 3e-6,
                "output_cost_per_token_above_200k_tokens_batches": 7e-6,
            },
            Price(1.0, 3.0),
        ),
        (
            {
                "tiered_pricing": [
                    {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "range": [0, 1000]},
                    {"input_cost_per_token": 3e-6, "output_cost_per_token": 4e-6, "range": [1000, 2000]},
                ]
            },
            Price(3.0, 4.0),
        ),
        (
            {
                "input_cost_per_token": 1e-6,
                "output_cost_per_token": 2e-6,
                "output_cost_per_reasoning_token": 5e-6,
            },
            Price(1.0, 5.0),
        ),
        (
            {
                "input_cost_per_token": 1e-6,
                "input_cost_per_token_cache_hit": 1e-7,
                "output_cost_per_token": 2e-6,
            },
            Price(1.0, 2.0, 0.1),
        ),
        ({"input_cost_per_token": 1e-6}, None),
        ({"input_cost_per_token": 1e-6, "output_cost_per_token": "free"}, None),
        ({"input_cost_per_token": -1e-6, "output_cost_per_token": 1e-6}, None),
        ({"tiered_pricing": "by length"}, None),
    ],
    ids=["hurried", "tiers", "reasoning", "cached", "one_side", "words", "negative", "no_tiers"],
)
def test_the_highest_price_of_a_plain_call_counts(
    monkeypatch: pytest.MonkeyPatch, row: Mapping[str, object], price: Price | None
) -> None:
    monkeypatch.setattr(prices, "_table", lambda: {"m": row})
    assert price_of("m") == price
