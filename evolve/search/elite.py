"""A candidate with its place in the archive."""

from dataclasses import dataclass

from evaluators.values import Evaluation
from evolve.search.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Elite:
    """A complete, faultless candidate that the archive keeps.

    Attributes:
        evaluation: On SEARCH.
        cell: Its behaviour: one index per axis.
    """

    candidate: Candidate
    evaluation: Evaluation
    cell: tuple[int, ...]

    @property
    def score(self) -> float:
        """Mean strict SEARCH score, higher is better."""
        score = self.evaluation.score
        if score is None:
            raise ValueError(f"elite {self.candidate.id[:12]} has an incomplete evaluation")
        return score
