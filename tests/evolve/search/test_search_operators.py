"""Operators that ask no model: they make new programs, leave alone what they must, and find what is better."""

import ast
import asyncio
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.values import Evaluation, Measurement
from evolve.search.candidate import Candidate
from evolve.search.crossover import cross
from evolve.search.edits import EDITS
from evolve.search.elite import Elite
from evolve.search.novelty import fingerprint
from evolve.search.offline import Offline, Rewriter, in_place, portfolio
from evolve.search.operators import Context, Operator, Proposal, Rejection
from evolve.search.specimen import specimen
from evolve.search.syntax import compiles, normal_lines
from problems.base import Split

ROOT = Path(__file__).parents[3]
INTERFACE = """
import enum
from typing import NamedTuple

class Decision(enum.IntEnum):
    WAIT = 0
    RUN = 1
    STOP = 2

class Setup(NamedTuple):
    deadline_s: float
    gap_s: int

class Observation(NamedTuple):
    elapsed_s: float
    has_spot: bool
    last: Decision

def slack_s(setup: Setup, observation: Observation) -> float:
    return setup.deadline_s - observation.elapsed_s
"""
POLICY = '''\
"""A policy."""
import math  # used below
from interface import Decision, Observation, Setup, slack_s

MARGIN = 2.0  # hours
ROUNDS = 20
WIDE = "größer"; LOW = 0.5


def weight(item, scale=3):
    """Größe mal Maß."""
    größe = item[0] * scale + math.sqrt(abs(item[1]))
    return größe if größe > LOW else -größe


class Policy:
    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.rate = 0.5

    def step(self, observation: Observation) -> Decision:
        # keep this comment
        self.rate = 0.9 * self.rate + 0.1 * float(observation.has_spot)
        best = min([(1, 2), (3, 4)], key=lambda item: (weight(item), -item[1]))
        left = ROUNDS
        while left > 0:
            left -= 1
            if self.rate > 1:
                break
        for part in sorted(best):
            if part < MARGIN and slack_s(self.setup, observation) > 3:
                return Decision.RUN
        return Decision.STOP if observation.last == Decision.WAIT else Decision.WAIT
'''
OTHER = """\
from dataclasses import dataclass
import numpy as np
from interface import Decision

MARGIN = 5.0
TABLE = [1, 2, 3]


@dataclass
class Window:
    size: int = 4


def weight(item, scale=1):
    return np.mean(TABLE) * item[0] * MARGIN - Window().size


class Policy:
    def __init__(self, setup):
        self.setup = setup
        self.window = [0] * 8
        self.limit = setup.gap_s * 2

    def rate_of(self):
        return sum(self.window) / len(self.window)

    def step(self, observation):
        self.window = self.window[1:] + [int(observation.has_spot)]
        return Decision.RUN if self.rate_of() * weight((1, 2)) > self.limit else Decision.WAIT
"""
OPERATORS: dict[str, Operator] = {operator.name: operator for operator in portfolio().operators}


def elite(source: str, score: float = 0.5) -> Elite:
    measurement = Measurement("i", "g", "b", score, {})
    return Elite(Candidate(source), Evaluation(Split.SEARCH, (measurement,)), ())


def context(*sources: str, is_new: Callable[[str], bool] = lambda _: True, entry: str = "Policy") -> Context:
    return Context(entry, INTERFACE, tuple(elite(source) for source in sources), is_new)


def proposed(operator: Operator, where: Context, seed: int) -> Proposal:
    return asyncio.run(operator.propose(where, np.random.default_rng(seed)))


def sources(operator: Operator, where: Context, n: int) -> Iterator[str]:
    for seed in range(n):
        proposal = proposed(operator, where, seed)
        assert isinstance(proposal, Candidate), proposal
        yield proposal.source


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
    assert Candidate(made).id == "MADE"


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


def test_counts_grow_slowly_and_stop_growing() -> None:
    source = "ROUNDS = 5000\n\n\ndef solve(task):\n    return [0 for _ in range(ROUNDS) for _ in range(90)]\n"
    largest = 0
    for seed in range(300):
        where = context(source, entry="solve")
        proposal = proposed(OPERATORS["constants"], where, seed)
        assert isinstance(proposal, Candidate)
        literals = [int(text) for text in re.findall(r"\d+", proposal.source)]
        assert max(literals) <= 10_000
        source, largest = proposal.source, max(largest, *literals)
    assert largest > 5000


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


# Every single edit.


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_each_edit_finds_places_and_compiles_almost_always(edit: Callable[..., object]) -> None:
    source = POLICY.replace("sorted(best)", "sorted(best, reverse=True)")
    subject = specimen(source, INTERFACE)
    assert subject is not None
    found = [edit(subject, np.random.default_rng(seed)) for seed in range(120)]
    texts = [subject.program.replaced(replacements) for replacements in found if replacements]  # type: ignore[arg-type]
    assert len(texts) >= 60
    assert sum(compiles(text) and text != source for text in texts) >= 0.95 * len(texts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("min(task.a, 3)", "max(task.a, 3)"),
        ("task.a < 3", "task.a > 3"),
        ("task.a + task.b", "task.a * task.b"),
        ("task.a and task.b", "task.a or task.b"),
        ("sorted(task.a)", "sorted(task.a, reverse=True)"),
        ("f(task.a, 3)", "f(3, task.a)"),
        ("task.a if task.b else 3", "task.a if not task.b else 3"),
        ("(task.a  # why\n        <= 3)", "(task.a  # why\n        > 3)"),
        ('("ü" + task.a, task.b)', '(task.b, "ü" + task.a)'),
        ("Decision.RUN", "Decision.STOP"),
        ("x > 3", "x > 3 - 0.1 * x"),
        ("sum(x for x in task.a)", "sum(x for x in task.a if x)"),
        ("f(True)", "f(False)"),
    ],
)
def test_an_edit_reaches(before: str, after: str) -> None:
    form = "from interface import Decision\n\ndef solve(task, x: float):\n    return {}\n"
    where = context(form.format(before), entry="solve")
    found = {fingerprint(source) for source in sources(OPERATORS["edit"], where, 600)}
    reachable = after != "sum(x for x in task.a if x)"  # no edit adds a filter: shows that the test can fail
    assert (fingerprint(form.format(after)) in found) == reachable


def test_the_interface_lends_what_no_parent_uses() -> None:
    source = POLICY.replace("slack_s(self.setup, observation)", "self.rate")
    made = "\n".join(sources(OPERATORS["edit"], context(source), 200))
    assert "observation.elapsed_s" in made
    assert "self.setup.gap_s" in made
    assert "slack_s(self.setup, observation)" in made


# Crossover.


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


# The mix.


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


# Any source.


def corpus() -> list[Path]:
    ours = sorted((ROOT / "evolve" / "search").glob("*.py"))
    return [*ours, *sorted((ROOT / "problems").glob("*/baselines/*.py"))]


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_any_source_can_be_edited(path: Path) -> None:
    text = path.read_text()
    others = [p.read_text() for p in path.parent.glob("*.py") if p != path][:2]
    made = [proposed(portfolio(), context(text, *others), seed) for seed in range(6)]
    candidates = [proposal for proposal in made if isinstance(proposal, Candidate)]
    assert len(candidates) >= 5 or len(text) < 200
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


@settings(max_examples=80, deadline=None)
@given(source=modules, other=modules, seed=st.integers(0, 1000))
def test_no_program_breaks_an_operator(source: str, other: str, seed: int) -> None:
    for operator in OPERATORS.values():
        proposal = proposed(operator, context(source, other, entry="solve"), seed)
        if isinstance(proposal, Candidate):
            assert compiles(proposal.source)
            assert normal_lines(proposal.source) != normal_lines(source)
            assert "def solve(task)" in proposal.source


# Do they find anything? A problem of no package of ours, scored here.

TOY = """
from typing import NamedTuple

class Job(NamedTuple):
    length: float
    value: float
    waited: float
"""
SEED = """\
def urgency(job):
    return job.length * 1.0 + 5.0


def solve(jobs):
    return sorted(jobs, key=lambda job: urgency(job))
"""


def toy_score(source: str) -> float:
    """Cost of the best order of some jobs, relative to that of the order that a source chooses."""
    rng = np.random.default_rng(5)
    rows = [tuple(float(x) for x in rng.random(3)) for _ in range(12)]
    scope: dict[str, object] = {}
    try:
        exec(compile(source, "toy", "exec"), scope)
        jobs = [type("Job", (), dict(zip(("length", "value", "waited"), row, strict=True)))() for row in rows]
        order = list(scope["solve"](jobs))  # type: ignore[operator]
        if {id(job) for job in order} != {id(job) for job in jobs} or len(order) != len(jobs):
            return 0.0
    except Exception:  # noqa: BLE001 - the candidate's own failure, whatever it is
        return 0.0
    ratios = sorted(range(12), key=lambda n: rows[n][0] / rows[n][1])
    best = completion([rows[n] for n in ratios])
    return best / completion([(job.length, job.value, job.waited) for job in order])


def completion(rows: list[tuple[float, ...]]) -> float:
    """Sum over jobs of value times completion time, lower is better; optimal in order of length / value."""
    time = total = 0.0
    for length, value, _ in rows:
        time += length
        total += value * time
    return total


def climbed(operator: Operator, source: str, lender: str, steps: int) -> float:
    score = toy_score(source)
    for seed in range(steps):
        where = Context("solve", TOY, (elite(source), elite(lender)), lambda _: True)
        proposal = proposed(operator, where, seed)
        if isinstance(proposal, Candidate) and (found := toy_score(proposal.source)) >= score:
            source, score = proposal.source, found
    return score


def test_edits_find_the_expression_that_matters() -> None:
    source = SEED.replace("job.length * 1.0 + 5.0", "job.length * 1.0 + 0.0 * job.value")
    assert toy_score(source) < 0.9
    assert climbed(OPERATORS["edit"], source, source, 150) > 0.95


def test_constants_find_the_weight_that_matters() -> None:
    source = SEED.replace("job.length * 1.0 + 5.0", "job.length * 1.0 + 0.01 * -job.value")
    assert toy_score(source) < 0.9
    assert climbed(OPERATORS["constants"], source, source, 80) > 0.97


def test_crossover_joins_what_two_parents_know() -> None:
    knows_urgency = SEED.replace("* 1.0 + 5.0", "/ job.value").replace(
        "lambda job: urgency", "lambda job: -urgency"
    )
    assert toy_score(knows_urgency) < 0.6
    assert climbed(OPERATORS["crossover"], SEED, knows_urgency, 40) == 1.0


def test_a_rewriter_takes_any_rewrite() -> None:
    shout = Rewriter("shout", lambda where, _: (where.parents[0].candidate.source + "X = 1\n", ("p",)))
    assert proposed(shout, context(SEED), 0) == Candidate(SEED + "X = 1\n", ("p",), "shout")


def test_several_changes_at_once_never_overlap() -> None:
    rewrite = in_place(next(iter(EDITS)), steps=(0.0, 0.0, 0.0, 1.0))
    drafts = [rewrite(context(POLICY), np.random.default_rng(seed)) for seed in range(40)]
    assert sum(draft is not None and compiles(draft[0]) for draft in drafts) >= 38
