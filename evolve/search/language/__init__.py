"""Operators that ask a language model: what they show it, what they make of its reply."""

from evolve.search.language.proposer import DEFAULT_SHARES, Draft, Language
from evolve.search.language.sections import Sections

__all__ = ["DEFAULT_SHARES", "Draft", "Language", "Sections"]
