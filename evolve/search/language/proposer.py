"""The proposer that asks language models: draws operator and model, shows the prompt, reads the reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from evolve.models.language_model import Completion, Request
from evolve.models.model_spec import ModelSpec, Role
from evolve.nearest import nearest
from evolve.search.candidate import Candidate
from evolve.search.draws import weighted
from evolve.search.language.operators import OPERATORS, LanguageOperator, works_on
from evolve.search.language.prompts import Assignment, Prompt, render
from evolve.search.language.replies import Unusable, program_of
from evolve.search.language.sections import Sections
from evolve.search.operators import Context, Plan, Proposal, Rejection

DEFAULT_SHARES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "diff_edit": 0.45,
        "rewrite": 0.2,
        "crossover": 0.1,
        "paradigm_shift": 0.1,
        "repair": 0.1,
        "simplify": 0.05,
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A step as it was drawn, before its prompt becomes a request.

    Attributes:
        prompt: What the model will be shown.
    """

    operator: LanguageOperator
    assignment: Assignment
    model: ModelSpec
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Language:
    """Asks one of several models for one of several kinds of change a step, in fixed shares.

    Operators that find nothing to work on, such as a repair where nothing failed, leave their share to the
    others. Where no model has the role an operator needs, those of the other role are asked.

    Attributes:
        shares: By name of operator.
        most_changed_lines: An edit that changes more lines is rejected; None for no such limit.
    """

    models: tuple[ModelSpec, ...]
    shares: Mapping[str, float]
    sections: Sections
    most_changed_lines: int | None = None
    name: str = "llm"

    @staticmethod
    def of(
        models: Sequence[ModelSpec],
        *,
        shares: Mapping[str, float] = MappingProxyType({}),
        sections: Sections | None = None,
        most_changed_lines: int | None = None,
    ) -> "Language":
        """Makes the proposer; without shares, the usual ones.

        Raises:
            ValueError: There is no model, no such operator, or a share is not a weight.
        """
        if not models:
            raise ValueError("expected at least one model to ask, but got none; name one with --model")
        _check(shares)
        return Language(tuple(models), shares or DEFAULT_SHARES, sections or Sections(), most_changed_lines)

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        """Draws operator and model, and renders what is asked."""
        draft = self.draft(context, rng)
        name, spec, task = draft.operator.name, draft.model, draft.assignment
        parents = works_on(task)

        def propose(completion: Completion | None) -> Proposal:
            if completion is None:
                raise ValueError(f"operator {name!r} needs the completion it requested: a defect of ours")
            cap = None if task.whole else self.most_changed_lines
            source = program_of(completion, task.program.source, context.entry, most_changed_lines=cap)
            if isinstance(source, Unusable):
                return Rejection(source.reason, name, source.detail)
            return Candidate(source, parents, name, spec.name)

        request = Request(
            spec.name,
            draft.prompt.system,
            draft.prompt.text,
            spec.max_output_tokens,
            spec.temperature,
            spec.reasoning_effort,
        )
        return Plan(name, parents, propose, request)

    def draft(self, context: Context, rng: np.random.Generator) -> Draft:
        """Draws what a step does and renders its prompt; two draws from the generator."""
        # Shares may name only operators that want what is not there yet; an edit is always possible.
        fitting = _fitting(context, self.shares) or _fitting(context, {"diff_edit": 1.0})
        operator, assignment, _ = fitting[weighted(rng, [share for _, _, share in fitting])]
        models = self._models(operator.role)
        model = models[weighted(rng, [model.share for model in models])]
        prompt = render(context, assignment, self.sections, most_changed_lines=self.most_changed_lines)
        return Draft(operator, assignment, model, prompt)

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Learns nothing: its shares are fixed."""

    def _models(self, role: Role) -> tuple[ModelSpec, ...]:
        return tuple(model for model in self.models if model.role is role) or self.models


def _fitting(
    context: Context, shares: Mapping[str, float]
) -> list[tuple[LanguageOperator, Assignment, float]]:
    """Lists operators that find something to work on, each with its assignment and its share."""
    operators = [(OPERATORS[name], share) for name, share in shares.items() if share > 0]
    found = [(operator, operator.assign(context), share) for operator, share in operators]
    return [(operator, task, share) for operator, task, share in found if task is not None]


def _check(shares: Mapping[str, float]) -> None:
    for name, share in shares.items():
        if name not in OPERATORS:
            there = ", ".join(nearest(name, list(OPERATORS)))
            raise ValueError(f"expected the name of an operator, but got {name!r}; there are: {there}")
        if not 0 <= share < float("inf"):
            raise ValueError(f"the share of operator {name!r} must be at least 0, but got {share}")
    if shares and not sum(shares.values()) > 0:
        raise ValueError("expected at least one operator with a share above 0, but all are 0")
