"""The operators that ask a model: which programs each works on, and what it asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from evolve.models.model_spec import Role
from evolve.search.elite import Elite
from evolve.search.language.prompts import Assignment
from evolve.search.operators import Context

SIMPLIFIED: Final = 60
"""Lines from which a program is worth simplifying."""


@dataclass(frozen=True, slots=True)
class LanguageOperator:
    """One way to ask for a program.

    Attributes:
        name: Also that of the template with its words.
        assign: Chooses what it works on; None where the context has nothing for it. A pure function.
        role: Of the models it asks.
    """

    name: str
    assign: Callable[[Context], Assignment | None]
    role: Role = Role.EDIT


def _diff_edit(context: Context) -> Assignment:
    return _improved("diff_edit", context, whole=False)


def _rewrite(context: Context) -> Assignment:
    return _improved("rewrite", context, whole=True)


def _paradigm_shift(context: Context) -> Assignment:
    """Leaves the sources of the others out: a new idea is wanted, not more of the old ones."""
    return _improved("paradigm_shift", context, whole=True, lends=False)


def _improved(template: str, context: Context, *, whole: bool, lends: bool = True) -> Assignment:
    first, *others = context.parents
    return Assignment(
        template,
        "to improve",
        first.candidate,
        first.evaluation,
        whole=whole,
        others=tuple(others),
        lends=lends,
    )


def _crossover(context: Context) -> Assignment | None:
    """Takes the other parent that gains most where it is ahead of the first; none if no one is ahead."""
    first, *others = context.parents
    gains = [_complement(first, other) for other in others]
    if not gains or max(gains) <= 0.0:
        return None
    best = others[gains.index(max(gains))]
    return Assignment(
        "crossover", "to improve", first.candidate, first.evaluation, whole=True, others=(best,)
    )


def _complement(first: Elite, other: Elite) -> float:
    """Mean over instances of how far another program is ahead, where it is."""
    ours = {m.instance: m.score for m in first.evaluation.measurements}
    theirs = other.evaluation.measurements
    return sum(max(0.0, m.score - ours.get(m.instance, 0.0)) for m in theirs) / max(len(theirs), 1)


def _repair(context: Context) -> Assignment | None:
    """Takes the latest program that failed; the run drops those that a step has worked on since."""
    for failure in context.failures:
        if failure.candidate is not None:
            return Assignment("repair", "to repair", failure.candidate, failure.evaluation, whole=False)
    return None


def _simplify(context: Context) -> Assignment | None:
    first = context.parents[0]
    if first.candidate.source.count("\n") < SIMPLIFIED:
        return None
    return Assignment("simplify", "to simplify", first.candidate, first.evaluation, whole=True)


OPERATORS: Final = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            LanguageOperator("diff_edit", _diff_edit),
            LanguageOperator("rewrite", _rewrite),
            LanguageOperator("crossover", _crossover),
            LanguageOperator("paradigm_shift", _paradigm_shift, Role.JUMP),
            LanguageOperator("repair", _repair),
            LanguageOperator("simplify", _simplify),
        )
    }
)


def works_on(assignment: Assignment) -> tuple[str, ...]:
    """Ids of the programs that a proposal descends from, the one to work on first."""
    lenders = assignment.others if assignment.template == "crossover" else ()
    return (assignment.program.id, *(elite.candidate.id for elite in lenders))
