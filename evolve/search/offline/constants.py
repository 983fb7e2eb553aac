"""Nudges to numbers: the edit that tunes what another one found."""

import ast
import math

import numpy as np

from evolve.search.draws import one_of, weighted
from evolve.search.offline.loops import named
from evolve.search.offline.sites import Site
from evolve.search.offline.specimen import Specimen
from evolve.search.syntax import Replacement

SMALL_INTEGERS = (0, 1, 2, 3, 5, 10)
SMALL_FLOATS = (0.0, 0.1, 0.5, 1.0, 2.0, 10.0)
SPREADS = (0.1, 0.4, 1.2)
"""Standard deviations of a float's factor, in logarithms: a fine nudge, a fair one, a jump."""
LARGEST_COUNT = 10_000
"""Where an integer that says how often something is done stops growing."""
LARGEST_EXPONENT = 64
LARGEST = 10**12

_SIMPLE = (
    ast.Call,
    ast.Assign,
    ast.Return,
    ast.keyword,
    ast.arguments,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Compare,
)


def nudge(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Changes one numeric literal, or two at a time in three of ten draws; None if there is none."""
    sites = [site for site in specimen.sites if _is_number(site.node)]
    if not sites:
        return None
    weights = [_weight(site) for site in sites]
    chosen = {weighted(rng, weights) for _ in range(2 if rng.random() < 0.3 else 1)}
    return tuple(_nudged(specimen, sites[index], rng) for index in sorted(chosen))


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def _weight(site: Site) -> float:
    """Indices and steps of counters mean a place, not an amount: they change seldom."""
    return 0.2 if isinstance(site.parent, ast.Subscript | ast.Slice | ast.AugAssign) else 1.0


def _nudged(specimen: Specimen, site: Site, rng: np.random.Generator) -> Replacement:
    value = site.node.value if isinstance(site.node, ast.Constant) else 0
    if isinstance(value, float):
        text = repr(_float(value, rng))
    else:
        text = str(_integer(int(str(value)), _ceiling(specimen, site), rng))
    negative = text.startswith("-") and not isinstance(site.parent, _SIMPLE)
    return Replacement(*specimen.program.span(site.node), f"({text})" if negative else text)


def _float(value: float, rng: np.random.Generator) -> float:
    """Draws another float; four significant digits keep sources short and hide how libraries round."""
    if value == 0.0 or rng.random() < 0.1:
        return one_of(rng, [small for small in SMALL_FLOATS if small != value])
    factor = math.exp(float(rng.standard_normal()) * one_of(rng, SPREADS))
    nudged = float(f"{value * factor:.4g}")
    return nudged if math.isfinite(nudged) and nudged != value else value / 2


def _integer(value: int, ceiling: int, rng: np.random.Generator) -> int:
    choices = (value + 1, value - 1, value * 2, value // 2, one_of(rng, SMALL_INTEGERS))
    drawn = choices[weighted(rng, (3, 3, 2, 2, 1))]
    drawn = min(drawn, max(value, ceiling))
    return drawn if drawn != value else value - 1


def _ceiling(specimen: Specimen, site: Site) -> int:
    """The largest an integer may become: work must not explode, nor a power."""
    match site.parent:
        case ast.BinOp(op=ast.Pow() | ast.LShift(), right=right) if right is site.node:
            return LARGEST_EXPONENT
        case _:
            pass
    counts = site.node in specimen.counting or not specimen.counters.isdisjoint(_assigned(site.statement))
    return LARGEST_COUNT if counts else LARGEST


def _assigned(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets=targets):
            nodes = targets
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            nodes = [target]
        case ast.FunctionDef(args=args):
            return [argument.arg for argument in (*args.args, *args.kwonlyargs)]
        case _:
            return []
    return [name for node in nodes if (name := named(node)) is not None]
