"""Prices of models: what litellm's packaged table says, read without importing litellm."""

import difflib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evolve.models.model_spec import Price

_FILE: Final = "model_prices_and_context_window_backup.json"
_MILLION: Final = 1e6
_MODES: Final = frozenset({"chat", "completion", "responses", None})
"""Of models that answer in text; there are prices of images and embeddings too."""
_TIER: Final = re.compile(r"_above_\d+k_tokens$")


def price_of(model: str) -> Price | None:
    """Finds a model's price; None if it is unknown.

    Where a provider takes more for long prompts or for reasoning, the higher price counts: a budget must not
    be passed.
    """
    row = _row(model)
    if row is None:
        return None
    given = _highest(row, "input_cost_per_token")
    written = _highest(row, "output_cost_per_token", "output_cost_per_reasoning_token")
    if given is None or written is None:
        return None
    cached = _highest(row, "cache_read_input_token_cost", "input_cost_per_token_cache_hit")
    return Price(given, written, None if cached is None else min(cached, given))


def provider_of(model: str) -> str | None:
    """Names the provider of a model, as litellm calls it; None if the table does not know the model."""
    row = _row(model)
    provider = None if row is None else row.get("litellm_provider")
    return provider.partition("-")[0] if isinstance(provider, str) else None


def similar(model: str, n: int = 3) -> list[str]:
    """Names known models that somebody may have meant."""
    return difflib.get_close_matches(model, [name for name in _table() if name != "sample_spec"], n=n)


def _row(model: str) -> Mapping[str, Any] | None:
    """Finds a model by its name, or by the part behind its provider's name, if that is the provider's own."""
    row = _table().get(model)
    if row is None:
        provider, _, name = model.partition("/")
        row = _table().get(name) if name else None
        if not isinstance(row, Mapping) or not _is_of(provider, row):
            return None
    return row if isinstance(row, Mapping) and row.get("mode") in _MODES else None


def _is_of(provider: str, row: Mapping[str, Any]) -> bool:
    """Whether a row is of a provider; those of some have a suffix, as in `vertex_ai-language-models`."""
    found = row.get("litellm_provider")
    return isinstance(found, str) and found.partition("-")[0] == provider


def _highest(row: Mapping[str, Any], *names: str) -> float | None:
    """The highest of some prices and their tiers by length, in dollars per million tokens.

    A tier stands beside the price under a longer name, or in a list of its own. Prices of batches and of
    requests that go before others are for calls that nobody makes here.
    """
    tiers = row.get("tiered_pricing")
    rows = [row, *(tier for tier in (tiers if isinstance(tiers, list) else ()) if isinstance(tier, Mapping))]
    found = [value for r in rows for key, value in r.items() if _TIER.sub("", key) in names]
    prices = [float(v) for v in found if isinstance(v, int | float) and not isinstance(v, bool) and v >= 0]
    return round(max(prices) * _MILLION, 9) if prices else None


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    """Reads the table; empty where litellm is not installed."""
    spec = find_spec("litellm")
    for folder in map(Path, spec.submodule_search_locations or ()) if spec is not None else ():
        path = folder / _FILE
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
    return {}
