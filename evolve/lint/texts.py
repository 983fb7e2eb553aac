"""What people and models read of a problem: its brief, and the units of its interface."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from evolve.lint.remarks import Remark, consider, fine, mend
from problems.base import Problem, Split
from problems.testing import HEADINGS

FEWEST_HINTS: Final = 3
"""One is released at each plateau of a search."""

_SENSE: Final = re.compile(r"\b(higher|lower|more|less) is better\b", re.IGNORECASE)
_LEFT_OVER: Final = re.compile(r"\b(TODO|FIXME|XXX|TBD)\b")
_UNIT: Final = re.compile(
    r"(^|_)([mun]?s|h|d|min|[kmg]?hz|([kmgt]i?)?b|bytes|[kmgt]?bit|usd|eur|k?wh?|j|k?m|[gt]?flops|tokens"
    r"|share|ratio|rate|fraction|percent|factor|score)($|_)"
)
"""A part of a name that tells its unit, or that it has none."""


def brief_remarks(problem: Problem) -> Iterator[Remark]:
    """Looks at the brief: its parts, and what they must say."""
    headings = re.findall(r"^##+ .+$", problem.brief, flags=re.MULTILINE)
    if headings != HEADINGS:
        found = f"its headings are: {', '.join(headings) or 'none'}"
        yield mend("brief", found, f"give it these, in this order: {', '.join(HEADINGS)}")
        return
    parts = dict(zip(HEADINGS, re.split(r"^##+ .+$", problem.brief, flags=re.MULTILINE)[1:], strict=True))
    empty = [heading for heading, text in parts.items() if not text.strip()]
    if empty:
        yield mend("brief", f"nothing stands under {', '.join(empty)}", "write it, or a model guesses")
    else:
        yield fine("brief", "it has its parts: Problem, Evaluation with Forbidden, Context, Hints")
    yield _forbidden(parts["### Forbidden"])
    yield _hints(parts["## Hints"])
    yield _sense(parts["## Problem"] + parts["## Evaluation"])
    yield _limits(parts["## Evaluation"], problem)
    left = _LEFT_OVER.search(problem.brief)
    if left:
        yield mend("brief", f"it still says {left[0]}", "write what is meant")


def _forbidden(text: str) -> Remark:
    count = len(re.findall(r"^[-*] ", text, flags=re.MULTILINE))
    if count:
        return fine("forbidden", f"{count} {'thing is' if count == 1 else 'things are'} listed")
    advice = "list each rule that ends in a fault, one a line, as in: - Using a slot twice."
    return mend("forbidden", "nothing is listed there", advice)


def _hints(text: str) -> Remark:
    numbers = [int(n) for n in re.findall(r"^(\d+)\. ", text, flags=re.MULTILINE)]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        found = f"hints are numbered {numbers or 'not at all'}"
        return mend("hints", found, "number them 1. 2. 3., since they are released one by one")
    if len(numbers) < FEWEST_HINTS:
        advice = f"add some: one is released at each plateau, and {FEWEST_HINTS} or more help"
        return consider("hints", f"there are {len(numbers)}", advice)
    return fine("hints", f"there are {len(numbers)}")


def _sense(text: str) -> Remark:
    if _SENSE.search(text):
        return fine("sense", "it says which way is better")
    return consider("sense", "nowhere is it said which way is better", "write: higher is better")


def _limits(text: str, problem: Problem) -> Remark:
    limits = problem.limits.get(Split.SEARCH)
    if limits is None:
        return mend("limits", "there are none for search", "state limits for each split")
    if "CPU" not in text:
        advice = "state the limits, and that what exceeds them scores 0"
        return consider("limits", "Evaluation says nothing of CPU time", advice)
    seconds = limits.solve_cpu_s if problem.one_shot else limits.step_mean_cpu_s
    forms = {f"{seconds:g}", f"{seconds * 1e3:g} ms", f"{seconds * 1e6:g} us"}
    told = any(re.search(rf"(?<![\d.]){re.escape(form)}(?![\d.]*\d)", text) for form in forms)
    what = "a solve" if problem.one_shot else "a step on average"
    if told:
        return fine("limits", f"the {seconds:g} s of CPU for {what} are stated")
    advice = "state the limit of search; a model that has to guess wastes it or fails"
    return consider("limits", f"Evaluation does not name the {seconds:g} s of CPU for {what}", advice)


def unit_remarks(problem: Problem) -> Iterator[Remark]:
    """Looks for numbers of the interface whose unit is neither in their name nor beside them."""
    fields = list(_fields(ast.parse(problem.interface_text)))
    bare = [name for name, told in fields if not told and not _named(name)]
    if bare:
        advice = "put the unit into the name (wait_s, size_gb), or write it in a docstring below the field"
        yield consider("units", f"no unit is told of: {', '.join(bare)}", advice)
    else:
        yield fine("units", f"each of {len(fields)} fractional numbers has a unit or is explained")


def _named(name: str) -> bool:
    return _UNIT.search(name.rpartition(".")[2].lower()) is not None


def _fields(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yields fractional numbers of classes, and whether something explains them."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        said = ast.get_docstring(node) or ""
        for field, after in zip(node.body, [*node.body[1:], None], strict=True):
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            if "float" in ast.unparse(field.annotation):
                told = isinstance(after, ast.Expr) or re.search(rf"\b{field.target.id}\b", said) is not None
                yield f"{node.name}.{field.target.id}", told
