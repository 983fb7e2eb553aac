"""The law finds the program to work on in the prompts of any harness, and is told no nonsense."""

from dataclasses import replace

import pytest

from benchmarks.llm_law import Law, draw, parent_in
from evolve.search.language.operators import OPERATORS
from problems import registry
from tests.evolve.search.briefed import CONTEXT, FAULTY, LONG, elite, prompt

PARENT = "def solve(task):\n    # how to improve this: sort\n    return sorted(task)\n"
OTHER = "def solve(task):\n    return list(task)\n"
INTERFACE = "class Task:\n    '''What there is to edit.'''\n"
STUB = "def solve(task):\n    raise NotImplementedError\n"


def fenced(source: str) -> str:
    return f"```python\n{source}```\n"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("headed, after an interface", f"## Interface\n{fenced(INTERFACE)}## To improve\n\n{fenced(PARENT)}"),
        ("told before an interface", f"Your task is to improve it.\n{fenced(INTERFACE)}{fenced(PARENT)}"),
        ("a stub in the interface", f"## Interface\n{fenced(INTERFACE + STUB)}## Program\n{fenced(PARENT)}"),
        (
            "history first",
            f"# History\nIt is to be beaten\n{fenced(OTHER)}# Current Program\n{fenced(PARENT)}",
        ),
        (
            "history first, under a heading that says so",
            f"# Current Program Information\n# History\n{fenced(OTHER)}# Current Program\n{fenced(PARENT)}",
        ),
        ("not headed, others below", f"Better this:\n{fenced(PARENT)}Others:\n{fenced(OTHER)}"),
        ("a score between", f"## To repair\n\nIt scores 0.5.\n\n{fenced(PARENT)}## Others\n{fenced(OTHER)}"),
        ("a fence that opens nothing", f"Begin with\n```python\nand end.\n## To improve\n{fenced(PARENT)}"),
        ("a longer closing fence", f"## To simplify\n```python\n{PARENT}````\n"),
        ("line ends of Windows", f"## To edit\n{fenced(PARENT)}".replace("\n", "\r\n")),
    ],
)
def test_the_program_to_work_on_is_found_whatever_the_style(style: str, text: str) -> None:
    assert parent_in(text) == PARENT, style


def test_programs_of_other_harnesses_are_found_by_being_last() -> None:
    first, last = "def search(xs):\n    return xs\n", "async def search(xs):\n    return xs[0]\n"
    assert parent_in(f"Before:\n{fenced(first)}Now:\n{fenced(last)}") == last


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_s_program_is_found(operator: str) -> None:
    shown = prompt(operator, replace(CONTEXT, parents=(elite(LONG), *CONTEXT.parents)))
    expected = FAULTY if operator == "repair" else LONG
    assert parent_in(f"{shown.system}\n{shown.text}") == expected


@pytest.mark.parametrize("name", ["cloudcast", "eplb", "llm_sql", "prism", "spot", "spot_multi", "txn"])
def test_the_program_is_told_from_the_interface_of_every_problem(name: str) -> None:
    problem = registry.get(name)
    source = problem.baseline(problem.seeds[0]).source.rstrip() + "\n"
    context = replace(
        CONTEXT, interface=problem.interface_text, brief=problem.brief, parents=(elite(source),)
    )
    assert parent_in(prompt("diff_edit", context).text) == source


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shares": {"useful": -1.0}}, "shares must not be negative"),
        ({"shares": {"useful": float("nan")}}, "shares must not be negative"),
        ({"shares": {"useful": 0.0}}, "one of the shares must be above 0"),
        ({"misbehaviour": {"drop": 0.6, "stall": 0.6}}, "must not exceed 1 together"),
        ({"misbehaviour": {"sleep": 0.1}}, "expected one of stall, .* but got 'sleep'"),
        ({"refuse": "everything"}, "expected one of auth, .* but got 'everything'"),
    ],
)
def test_a_law_that_makes_no_sense_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(Law(), **options)  # type: ignore[arg-type]  # wrong values on purpose


def test_a_prompt_without_a_program_is_told_so() -> None:
    assert draw(Law(shares={"useful": 1.0}), "Hello.", 0).text == "I see no program to work on."
