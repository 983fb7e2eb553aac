"""Operators that ask no model and know no problem: they rewrite the parents' own text."""

from evolve.search.offline.rewriting import Offline, Rewriter, in_place, portfolio

__all__ = ["Offline", "Rewriter", "in_place", "portfolio"]
