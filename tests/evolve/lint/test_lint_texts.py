"""Texts that a model could not work by are named."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from evolve.lint.linting import text_remarks
from evolve.lint.remarks import Grade, Remark
from problems.base import Problem
from problems.registry import get


@pytest.fixture
def order(toy: Path) -> Problem:
    """With a brief that states its limit, as the toy's own does not."""
    found = get("toy-order")
    limit = "`solve` has 0.2 s of CPU.\n\n### Forbidden"
    return replace(found, brief=found.brief.replace("### Forbidden", limit))


def about(problem: Problem, what: str) -> list[Remark]:
    return [remark for remark in text_remarks(problem) if remark.about == what]


def test_a_good_brief_is_fine(order: Problem) -> None:
    assert {remark.grade for remark in text_remarks(order)} <= {Grade.FINE, Grade.CONSIDER}
    assert about(order, "brief")[0].grade is Grade.FINE


@pytest.mark.parametrize(
    ("old", "new", "what", "grade"),
    [
        ("### Forbidden", "Forbidden", "brief", Grade.MEND),
        ("## Context", "## Contexts", "brief", Grade.MEND),
        ("- ", "  ", "forbidden", Grade.MEND),
        ("1. ", "2. ", "hints", Grade.MEND),
        ("CPU", "time", "limits", Grade.CONSIDER),
        ("0.2", "some", "limits", Grade.CONSIDER),
        ("is better", "counts", "sense", Grade.CONSIDER),
    ],
)
def test_a_brief_that_lacks_something_is_named(
    order: Problem, old: str, new: str, what: str, grade: Grade
) -> None:
    assert old in order.brief
    changed = replace(order, brief=order.brief.replace(old, new))
    assert [remark.grade for remark in about(changed, what)] == [grade]
    assert all(remark.advice for remark in about(changed, what))


def test_what_is_left_to_be_written_is_named(order: Problem) -> None:
    unfinished = replace(order, brief=order.brief.replace("## Hints", "TODO\n\n## Hints"))
    assert [r.found for r in about(unfinished, "brief") if r.grade is Grade.MEND] == ["it still says TODO"]


def test_a_part_without_text_is_named(order: Problem) -> None:
    before, _, after = order.brief.partition("## Context")
    hollow = replace(order, brief=f"{before}## Context\n\n## Hints{after.partition('## Hints')[2]}")
    assert [r.found for r in about(hollow, "brief")] == ["nothing stands under ## Context"]


INTERFACE = '''
class Task:
    """A task.

    Attributes:
        told: Dollars.
    """

    wait_s: float
    told: float
    load: float
    size: tuple[float, ...]
    """Gigabytes."""
    number: int
'''


def test_numbers_without_a_unit_are_named(order: Problem, tmp_path: Path) -> None:
    (tmp_path / "interface.py").write_text(INTERFACE)
    interface = ModuleType("interface")
    interface.__dict__.update(vars(order.interface), __file__=str(tmp_path / "interface.py"))
    (remark,) = about(replace(order, interface=interface), "units")
    assert remark.found == "no unit is told of: Task.load"


def test_a_problem_without_limits_baselines_or_axes_is_told_so(order: Problem) -> None:
    bare = replace(order, limits={}, baselines=(), axes=())
    mended = {remark.about for remark in text_remarks(bare) if remark.grade is Grade.MEND}
    assert mended == {"limits", "baselines", "archive"}
