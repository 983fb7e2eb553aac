"""Crossover: functions and expressions of one elite in the place of another's."""

import numpy as np

from evolve.search.draws import one_of, shuffled
from evolve.search.offline.kind import Kind
from evolve.search.offline.specimen import Specimen, fitting, specimen
from evolve.search.offline.transplant import Function, functions, transplant
from evolve.search.operators import Context

FUNCTION_SHARE = 0.6
"""How often a whole function is taken rather than an expression."""


def cross(context: Context, rng: np.random.Generator, /) -> tuple[str, tuple[str, ...]] | None:
    """Takes material from a drawn other parent into the first; None if there is none that fits."""
    first, *others = context.parents
    lenders = [elite.candidate for elite in others if elite.candidate.id != first.candidate.id]
    if not lenders:
        return None
    lender = one_of(rng, lenders)
    host = specimen(first.candidate.source, context.interface)
    donor = specimen(lender.source, context.interface)
    if host is None or donor is None:
        return None
    by_function = rng.random() < FUNCTION_SHARE
    source = _function(host, donor, context.entry, rng) if by_function else _expression(host, donor, rng)
    return None if source is None else (source, (first.candidate.id, lender.id))


def _function(host: Specimen, donor: Specimen, entry: str, rng: np.random.Generator) -> str | None:
    """Replaces a function by the other parent's of the same name, or else of the same parameters."""
    lent = functions(donor.program.tree)
    for function in shuffled(rng, functions(host.program.tree)):
        text = host.program.text(function.node)
        different = [other for other in lent if donor.program.text(other.node) != text]
        matches = [other for other in different if other.path == function.path and _fits(function, other)]
        matches = matches or [other for other in different if _alike(function, other, entry)]
        if matches:
            return transplant(host.program, function, donor.program, one_of(rng, matches))
    return None


def _fits(function: Function, other: Function) -> bool:
    return _arity(function) == _arity(other) and function.node.col_offset == other.node.col_offset


def _alike(function: Function, other: Function, entry: str) -> bool:
    """Whether a plain function may stand in for one of another name; methods and the entry may not."""
    plain = function.owner is None and other.owner is None
    return plain and entry not in {function.name, other.name} and _fits(function, other)


def _arity(function: Function) -> tuple[int, int, tuple[str, ...], bool]:
    args = function.node.args
    return (
        len(args.posonlyargs) + len(args.args),
        len(args.defaults),
        tuple(argument.arg for argument in args.kwonlyargs),
        args.vararg is not None,
    )


def _expression(host: Specimen, donor: Specimen, rng: np.random.Generator) -> str | None:
    """Replaces an expression by one of its kind from the function of the same name."""
    shared = {site.path for site in donor.sites}
    sites = [site for site in host.inner_sites() if site.path in shared]
    if not sites:
        return None
    site = one_of(rng, sites)
    kind = host.kinds.of(site.node)
    material = [d for d in donor.donors if d.path == site.path and d.kind is kind]
    if kind is Kind.OTHER:  # the same sort of node is the best guess left
        material = [d for d in material if d.sort == type(site.node).__name__]
    names = host.visible(site.scopes, site.statement)
    chosen = fitting(rng, material, names, unlike=host.program.text(site.node))
    return None if chosen is None else host.program.replaced((host.replacement(site, chosen),))
