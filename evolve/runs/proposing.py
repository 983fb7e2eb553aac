"""Who proposes in a run, as its specification says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evolve.models.language_model import LanguageModel
from evolve.models.model_spec import FREE, ModelSpec
from evolve.runs.spec import Proposer, RunSpec
from evolve.search.language import Language, Sections
from evolve.search.offline import portfolio
from evolve.search.operators import Operator

INBOX: Final = ModelSpec("inbox", price=FREE)
"""Stands for whoever answers with `adrs tell`."""


@dataclass(frozen=True, slots=True)
class Proposing:
    """With what proposals are made.

    Attributes:
        models: By name, those that the specification names; none where nobody is asked, or a person is.
        redact: Takes secrets out of whatever is sent or stored.
        operator: Plans every step; by default what the specification says.
    """

    models: Mapping[str, LanguageModel] = field(default_factory=dict)
    redact: Callable[[str], str] = str
    operator: Operator | None = None


def proposer_of(spec: RunSpec) -> Operator:
    """Makes the operator that plans every step of a run.

    Raises:
        ValueError: The specification names an operator or a section that there is not.
    """
    if spec.proposer is Proposer.OFFLINE:
        return portfolio()
    return Language.of(
        spec.models or (INBOX,),
        shares=spec.operators,
        sections=Sections.of(spec.sections),
        most_changed_lines=spec.most_changed_lines,
    )
