"""Operators that ask no model: what they make is new, is a program, and leaves alone what it must."""

import ast
import re
import textwrap
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.search.candidate import Candidate
from evolve.search.novelty import fingerprint
from evolve.search.offline import Offline, Rewriter, in_place, portfolio
from evolve.search.offline.edits import EDITS
from evolve.search.operators import Rejection
from evolve.search.syntax import compiles, normal_lines
from tests.evolve.search.policies import (
    OPERATORS,
    OTHER,
    POLICY,
    context,
    proposed,
    sources,
)

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", OPERATORS)
def test_every_proposal_compiles_differs_and_says_where_it_is_from(name: str) -> None:
    where = context(POLICY, OTHER)
    for seed in range(60):
        proposal = proposed(OPERATORS[name], where, seed)
        assert isinstance(proposal, Candidate)
        assert compiles(proposal.source)
        assert proposal.source != POLICY
        assert proposal.operator == name
        assert proposal.parents[0] == Candidate(POLICY).id


@pytest.mark.parametrize("name", OPERATORS)
def test_the_same_generator_makes_the_same_text(name: str) -> None:
    where = context(POLICY, OTHER)
    first, second = (list(sources(OPERATORS[name], where, 20)) for _ in range(2))
    assert first == second
    assert len(set(first)) > 5


def test_texts_are_the_same_on_every_machine_and_python() -> None:
    made = "\f".join(sources(portfolio(), context(POLICY, OTHER), 40))
    assert Candidate(made).id == "0fc0e613bf255f42a259bebcdbdbc172d7f55a3e7954d07744139722c80ab13d"


@pytest.mark.parametrize("name", OPERATORS)
def test_what_must_stay_stays(name: str) -> None:
    for source in sources(OPERATORS[name], context(POLICY, OTHER), 60):
        tree = ast.parse(source)
        policy = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Policy")
        assert {"__init__", "step"} <= {
            node.name for node in policy.body if isinstance(node, ast.FunctionDef)
        }
        assert "from interface import Decision, Observation, Setup, slack_s\n" in source
        assert len(source) <= 2 * len(POLICY) + 2_000


@pytest.mark.parametrize("name", ["edit", "constants"])
def test_loops_keep_what_ends_them(name: str) -> None:
    for source in sources(OPERATORS[name], context(POLICY), 150):
        loops = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.While)]
        for loop in loops:  # an edit may delete the loop as a whole
            assert ast.unparse(loop.test) == "left > 0"
            assert "left -= 1" in ast.unparse(loop)


@pytest.mark.parametrize("name", ["edit", "constants"])
def test_text_away_from_the_edit_keeps_its_form(name: str) -> None:
    kept = Counter[bool]()
    for source in sources(OPERATORS[name], context(POLICY), 60):
        lines = source.split("\n")
        kept += Counter([sum(line in lines for line in POLICY.split("\n")) >= len(POLICY.split("\n")) - 4])
        assert '    """Größe mal Maß."""' in source
        assert "import math  # used below" in source
    assert kept[True] >= 50  # the others delete a block


def test_counts_stop_growing_where_amounts_go_on() -> None:
    form = "ROUNDS = 9000\n\n\ndef solve(task):\n    return [0 for _ in {}]\n"
    largest = {
        text: max(
            int(number)
            for source in sources(OPERATORS["constants"], context(form.format(text), entry="solve"), 40)
            for number in re.findall(r"\d+", source)
        )
        for text in ("range(ROUNDS)", "f(ROUNDS)")
    }
    assert largest == {"range(ROUNDS)": 10_000, "f(ROUNDS)": 18_000}


def test_a_count_in_place_stops_growing() -> None:
    where = context("def solve(task):\n    return [0 for _ in range(9000)]\n", entry="solve")
    made = "\n".join(sources(OPERATORS["constants"], where, 40))
    assert max(int(number) for number in re.findall(r"\d+", made)) == 10_000


def test_powers_do_not_explode() -> None:
    for source in sources(OPERATORS["constants"], context("def solve(t):\n    return t.n ** 60\n"), 60):
        assert int(source.partition("** ")[2].strip("()\n")) <= 64


def test_it_rejects_when_everything_is_known() -> None:
    where = context(POLICY, OTHER, is_new=lambda _: False)
    assert proposed(OPERATORS["edit"], where, 0) == Rejection("duplicate", "edit")


@pytest.mark.parametrize("source", ["def (", "x = 1\0", "(" * 500, "def solve(task):\n    pass\n"])
def test_it_rejects_where_there_is_nothing_to_edit(source: str) -> None:
    proposal = proposed(OPERATORS["constants"], context(source), 0)
    assert proposal == Rejection("no_edit", "constants")


def test_windows_line_ends_and_byte_order_marks_are_read() -> None:
    where = context("\ufeff" + POLICY.replace("\n", "\r\n"))
    for source in sources(OPERATORS["edit"], where, 20):
        assert compiles(source)


def test_only_new_sources_are_proposed() -> None:
    seen = {fingerprint(POLICY)}

    def is_new(source: str) -> bool:
        return fingerprint(source) not in seen

    for seed in range(80):
        proposal = proposed(OPERATORS["edit"], context(POLICY, is_new=is_new), seed)
        assert isinstance(proposal, Candidate)
        assert is_new(proposal.source)
        seen.add(fingerprint(proposal.source))


def test_shares_are_kept_and_the_true_operator_is_named() -> None:
    where = context(POLICY, OTHER)
    counts = Counter(proposed(portfolio(), where, seed).operator for seed in range(400))
    # Three standard deviations of a binomial with n = 400.
    assert abs(counts["edit"] - 220) < 30
    assert abs(counts["constants"] - 120) < 28
    assert abs(counts["crossover"] - 60) < 22


def test_the_mix_goes_round_an_operator_that_finds_nothing() -> None:
    for seed in range(60):
        proposal = proposed(portfolio(), context(POLICY), seed)
        assert isinstance(proposal, Candidate)
        assert proposal.operator in {"edit", "constants"}


def test_every_operator_needs_a_share() -> None:
    with pytest.raises(
        ValueError, match="expected one share for each operator, but got 1 operators and 2 shares"
    ):
        Offline((OPERATORS["edit"],), (0.5, 0.5))


def test_a_rewriter_takes_any_rewrite() -> None:
    shout = Rewriter("shout", lambda where, _: (where.parents[0].candidate.source + "X = 1\n", ("p",)))
    assert proposed(shout, context(POLICY), 0) == Candidate(POLICY + "X = 1\n", ("p",), "shout")


def test_several_changes_at_once_never_overlap() -> None:
    rewrite = in_place(next(iter(EDITS)), steps=(0.0, 0.0, 0.0, 1.0))
    drafts = [rewrite(context(POLICY), np.random.default_rng(seed)) for seed in range(40)]
    assert sum(draft is not None and compiles(draft[0]) for draft in drafts) >= 38


def corpus() -> list[Path]:
    ours = sorted((ROOT / "evolve" / "search").glob("*.py"))
    paths = [*ours, *sorted((ROOT / "problems").glob("*/baselines/*.py"))]
    return [path for path in paths if "    return " in path.read_text()]


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_any_source_can_be_edited(path: Path) -> None:
    text = path.read_text()
    others = [p.read_text() for p in path.parent.glob("*.py") if p != path][:2]
    made = [proposed(portfolio(), context(text, *others), seed) for seed in range(6)]
    candidates = [proposal for proposal in made if isinstance(proposal, Candidate)]
    assert len(candidates) == 6
    assert all(compiles(candidate.source) for candidate in candidates)


names = st.sampled_from(["a", "b", "task", "größe"])
expressions = st.recursive(
    names
    | st.integers(0, 99).map(str)
    | st.floats(0, 1e6).map(repr)
    | st.sampled_from(["True", '"ü"', "None"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "*", "//", "<", "and", "is not"]), inner),
        st.builds("f({}, {})".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{} for a in {} if {}]".format, inner, inner, inner),
        st.builds("({}\n  if {} else {})".format, inner, inner, inner),
        st.builds("(lambda a, b: {})".format, inner),
        st.builds("{}.attr[{}]".format, names, inner),
        st.builds("sum(a for a in {})".format, inner),
        st.builds("f'{{{}}}'".format, names),
    ),
    max_leaves=6,
)
statements = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, names, expressions),
        st.builds("{} += {}".format, names, expressions),
        st.builds("return {}".format, expressions),
        st.builds("f({}); b = {}".format, expressions, expressions),
    ),
    lambda inner: st.one_of(
        st.builds(lambda test, body: f"if {test}:\n{textwrap.indent(body, '  ')}", expressions, inner),
        st.builds(lambda test, body: f"while {test}:\n{textwrap.indent(body, '    ')}", expressions, inner),
        st.builds(lambda rows, body: f"for a in {rows}:\n" + textwrap.indent(body, "\t"), expressions, inner),
        st.builds(
            lambda test, body, other: f"if {test}:\n    {body}\nelif b:\n    pass\nelse: {other}",
            expressions, st.just("a = 1"), st.just("b = 2"),
        ),
        st.builds("{}\n{}".format, inner, inner),
    ),
    max_leaves=6,
)  # fmt: skip
modules = st.builds(
    lambda first, second: f"def f(a, b=1):\n{textwrap.indent(first, ' ')}\n\ndef solve(task):\n    b = 2\n"
    f"{textwrap.indent(second, '    ')}\n",
    statements, statements,
).filter(compiles)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(source=modules, other=modules, seed=st.integers(0, 1000))
def test_no_program_breaks_an_operator(source: str, other: str, seed: int) -> None:
    for operator in OPERATORS.values():
        proposal = proposed(operator, context(source, other, entry="solve"), seed)
        if isinstance(proposal, Candidate):
            assert compiles(proposal.source)
            assert normal_lines(proposal.source) != normal_lines(source)
            assert "def solve(task)" in proposal.source
