"""Prices of models: what litellm's packaged table says, read without importing litellm."""

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evolve.models.model_spec import Price

_FILE: Final = "model_prices_and_context_window_backup.json"
_MILLION: Final = 1e6


def price_of(model: str) -> Price | None:
    """Finds a model's price; None if it is unknown.

    Where a provider takes more for long prompts, the higher price counts: a budget must not be passed.
    """
    row = _row(model)
    if row is None:
        return None
    given, written = (_highest(row, f"{side}_cost_per_token") for side in ("input", "output"))
    if given is None or written is None:
        return None
    cached = _highest(row, "cache_read_input_token_cost")
    return Price(given, written, None if cached is None else min(cached, given))


def provider_of(model: str) -> str | None:
    """Names the provider of a model, as litellm calls it; None if the table does not know the model."""
    row = _row(model)
    provider = None if row is None else row.get("litellm_provider")
    return provider if isinstance(provider, str) else None


def similar(model: str, n: int = 3) -> list[str]:
    """Names known models that somebody may have meant."""
    return difflib.get_close_matches(model, [name for name in _table() if name != "sample_spec"], n=n)


def _row(model: str) -> Mapping[str, Any] | None:
    """Finds a model by its name, or by the part behind its provider's name."""
    table = _table()
    for name in (model, model.removeprefix("openai/"), model.partition("/")[2]):
        row = table.get(name)
        if name and isinstance(row, Mapping):
            return row
    return None


def _highest(row: Mapping[str, Any], name: str) -> float | None:
    """The highest of a price and its tiers, in dollars per million tokens."""
    tiers = [v for k, v in row.items() if k == name or k.startswith(f"{name}_above_")]
    found = [float(v) for v in tiers if isinstance(v, int | float) and not isinstance(v, bool) and v >= 0]
    return round(max(found) * _MILLION, 9) if found else None


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
