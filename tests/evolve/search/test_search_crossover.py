"""Crossover brings along all that a function needs."""

import numpy as np

from evolve.search.candidate import Candidate
from evolve.search.offline.crossover import cross
from evolve.search.operators import Rejection
from evolve.search.syntax import compiles
from tests.evolve.search.policies import OPERATORS, OTHER, POLICY, context, proposed, sources


def test_a_function_comes_with_all_it_needs_under_names_that_are_free() -> None:
    host = POLICY.replace("self.rate > 1", "self.rate > weight((1, 2))")
    made = list(sources(OPERATORS["crossover"], context(host, OTHER), 60))
    taken = next(source for source in made if "return np.mean(TABLE)" in source)
    assert "import numpy as np\n" in taken
    assert "MARGIN_2 = 5.0" in taken
    assert "item[0] * MARGIN_2 - Window().size" in taken
    assert "@dataclass\nclass Window:" in taken
    assert "MARGIN = 2.0  # hours" in taken
    scope: dict[str, object] = {}
    interface = "from dataclasses import dataclass\n" + taken.replace("from interface import", "#")
    exec(interface.replace("-> Decision", "").replace(": Setup", "").replace(": Observation", ""), scope)
    assert scope["weight"]((2, 0)) == 2 * 2 * 5 - 4  # type: ignore[operator]


def test_a_method_comes_with_its_methods_and_attributes() -> None:
    made = list(sources(OPERATORS["crossover"], context(POLICY, OTHER), 60))
    taken = next(source for source in made if "self.rate_of() * weight" in source)
    assert "    def rate_of(self):\n        return sum(self.window)" in taken
    init = taken.partition("def __init__")[2].partition("def ")[0]
    assert "        self.window = [0] * 8\n        self.limit = setup.gap_s * 2\n" in init


def test_both_parents_are_named() -> None:
    proposal = proposed(OPERATORS["crossover"], context(POLICY, OTHER), 0)
    assert isinstance(proposal, Candidate)
    assert proposal.parents == (Candidate(POLICY).id, Candidate(OTHER).id)


def test_one_parent_cannot_cross() -> None:
    assert proposed(OPERATORS["crossover"], context(POLICY, POLICY), 0) == Rejection("no_edit", "crossover")


def test_a_method_whose_attributes_cannot_come_along_stays_away() -> None:
    lender = OTHER.replace("self.window = [0] * 8", "size = setup.gap_s\n        self.window = [0] * size")
    for seed in range(60):
        draft = cross(context(POLICY, lender), np.random.default_rng(seed))
        assert draft is None or "self.rate_of()" not in draft[0] or "size = " in draft[0]


def test_functions_indented_otherwise_stay_away() -> None:
    lender = POLICY.replace("    ", "  ").replace("0.9", "0.8").replace("0.5", "0.7")
    drafts = [cross(context(POLICY, lender), np.random.default_rng(seed)) for seed in range(60)]
    texts = [draft[0] for draft in drafts if draft is not None]
    assert len(texts) > 30
    assert all(compiles(text) for text in texts)
