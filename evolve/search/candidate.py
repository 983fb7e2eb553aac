"""A candidate policy."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

SEED = "seed"
"""The operator of what a search starts from."""


@dataclass(frozen=True)
class Candidate:
    """A policy's source and where it came from.

    Attributes:
        source: The module's text, as it is run.
        parents: Ids of the candidates it was made from, the edited one first; empty for a seed.
        operator: Name of the operator that made it; `SEED` for a seed.
        model: Name of the language model behind the operator, if one was asked.
    """

    source: str
    parents: tuple[str, ...] = ()
    operator: str = SEED
    model: str | None = None

    @cached_property
    def id(self) -> str:
        """SHA-256 of the source's bytes, in hexadecimal; lone surrogates are kept apart, not refused."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()
