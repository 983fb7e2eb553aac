"""Every single edit: it finds places, and what it should reach it reaches."""

from collections.abc import Callable

import numpy as np
import pytest

from evolve.search.novelty import fingerprint
from evolve.search.offline.edits import EDITS, edit
from evolve.search.offline.specimen import specimen
from evolve.search.syntax import compiles
from tests.evolve.search.policies import INTERFACE, OPERATORS, POLICY, context, sources


@pytest.mark.parametrize("sort", EDITS, ids=lambda sort: sort.__name__)
def test_each_edit_finds_places_and_compiles_almost_always(sort: Callable[..., object]) -> None:
    source = POLICY.replace("sorted(best)", "sorted(best, reverse=True)")
    subject = specimen(source, INTERFACE)
    assert subject is not None
    found = [sort(subject, np.random.default_rng(seed)) for seed in range(80)]
    texts = [subject.program.replaced(replacements) for replacements in found if replacements]  # type: ignore[arg-type]
    assert len(texts) >= 40
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
    aim = fingerprint(form.format(after))
    found = any(fingerprint(source) == aim for source in sources(OPERATORS["edit"], where, 400))
    reachable = after != "sum(x for x in task.a if x)"  # no edit adds a filter: shows that the test can fail
    assert found == reachable


def test_the_interface_lends_what_no_parent_uses() -> None:
    source = POLICY.replace("slack_s(self.setup, observation)", "self.rate")
    made = "\n".join(sources(OPERATORS["edit"], context(source), 200))
    assert "observation.elapsed_s" in made
    assert "self.setup.gap_s" in made
    assert "slack_s(self.setup, observation)" in made


def test_an_edit_is_found_wherever_any_is() -> None:
    subject = specimen("def solve(task):\n    return f(True)\n", INTERFACE)
    assert subject is not None
    assert all(edit(subject, np.random.default_rng(seed)) for seed in range(50))


def test_attributes_of_the_object_are_material_in_its_methods_only() -> None:
    source = POLICY.replace("def weight(item, scale=3):", "def weight(item, scale=3, self=None):")
    made = [text.partition("class Policy") for text in sources(OPERATORS["edit"], context(source), 200)]
    assert not any("self.rate" in before for before, _, _ in made)
    assert any(after.count("self.rate") > POLICY.count("self.rate") for _, _, after in made)
