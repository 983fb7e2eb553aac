"""Whole programs in replies, as models wrap them."""

import pytest

from evolve.search.language.fences import blocks
from evolve.search.syntax import parse
from tests.evolve.search.replied import PARENT, WHOLE, block, read, reason

FENCED = f"```python\n{WHOLE}```"
CLASS = "class Policy:\n    def step(self, observation):\n        return 1\n"
INDENTED = "".join(f"   {line}\n" for line in WHOLE.splitlines())
NUMBERED = "".join(f"{n:>3}: {line}\n" for n, line in enumerate(WHOLE.splitlines(), 1))
BARRED = "".join(f"{n} | {line}\n" for n, line in enumerate(WHOLE.splitlines(), 1))
HARD = WHOLE.replace("    ", "\u00a0" * 4)
NARROW = WHOLE.replace("return", "\u200breturn")
TABBED = WHOLE.replace("    ", "\t")

SAME_PROGRAM = {
    "a fence": FENCED,
    "a fence named py": f"```py\n{WHOLE}```",
    "a fence named Python3": f"```Python3\n{WHOLE}```",
    "a fence without a name": f"```\n{WHOLE}```",
    "a fence of tildes": f"~~~python\n{WHOLE}~~~",
    "a fence of four": f"````python\n{WHOLE}````",
    "a space before the name": f"``` python\n{WHOLE}```",
    "a file name behind the name": f"```python solve.py\n{WHOLE}```",
    "a file name joined to the name": f"```python:src/solve.py\n{WHOLE}```",
    "attributes": f'```{{.python title="solve"}}\n{WHOLE}```',
    "a name on a line of its own": f"```\npython\n{WHOLE}```",
    "prose before and behind": f"I sort.\n\n{FENCED}\n\nThis is faster.\n",
    "prose on the line of the fence, and indented": f"Here: ```python\n{INDENTED}```",
    "prose on the line of the fence": f"Here it is: ```python\n{WHOLE}```",
    "an unclosed fence": f"```python\n{WHOLE}",
    "a fence that ends behind code": f"```python\n{WHOLE.rstrip()}```",
    "a fence in a list": f"1. The program:\n   ```python\n{INDENTED}   ```",
    "an unclosed fence in a list": f"1. The program:\n   ```python\n{INDENTED}",
    "a fence at a list's number": f"1. ```python\n{INDENTED}   ```",
    "a fence in a fence for markdown": f"```markdown\n{FENCED}\n```",
    "a fence in a longer fence for markdown": f"````markdown\n{FENCED}\n````",
    "line ends of Windows": FENCED.replace("\n", "\r\n"),
    "line ends of old": FENCED.replace("\n", "\r"),
    "a byte-order mark": f"\ufeff{FENCED}",
    "a byte-order mark in the fence": f"```python\n\ufeff{WHOLE}```",
    "spaces that do not break": f"```python\n{HARD}```",
    "characters without width": f"```python\n{NARROW}```",
    "numbered lines": f"```python\n{NUMBERED}```",
    "lines numbered before a bar": f"```python\n{BARRED}```",
    "blank lines at both ends": f"```python\n\n\n{WHOLE}\n\n\n```",
    "no fence": WHOLE,
    "no fence but prose before": f"The idea is to sort.\n\n{WHOLE}",
    "no fence but prose behind": f"{WHOLE}\nThis is faster, and simpler too.\n- It sorts.",
    "no fence but prose that begins as code does": f"from here on it's simple:\n{WHOLE}",
    "no fence and a header as in code": f"class of ideas\n\n{WHOLE}",
    "no fence but an example behind": f"{WHOLE}\nFor example:\n```python\nprint(sorted([2, 1]))\n```",
    "thoughts before": f"<think>Sort? Yes.</think>\n{FENCED}",
    "thoughts with code": f"<think>\n```python\ndef solve(task):\n    return 1\n```\n</think>\n{FENCED}",
    "thoughts with edits": f"<thinking>{block('LIMIT = 3', 'LIMIT = 4')}</thinking>{FENCED}",
    "reasoning": f"<reasoning>a\n</reasoning>{FENCED}",
    "thoughts in capitals": f"<Think>a</THINK>{FENCED}",
    "a lone end of thoughts": f"Let me see.\n```python\ndef solve(task): pass\n```\n</think>\n{FENCED}",
    "a lone end of thoughts with an edit": f"{block('LIMIT = 3', 'LIMIT = 4')}\n</think>\n{FENCED}",
    "a lone end of thoughts behind others": (
        f"{block('LIMIT = 3', 'LIMIT = 4')}<think>a</think>No.</think>{FENCED}"
    ),
    "thoughts that never end, behind": f"{FENCED}\n<think>\n```python\ndef solve(task): pass\n```",
    "thoughts between": f"<think>a</think>{FENCED}\n<think>\n```python\ndef solve(x): pass\n```</think>Done.",
    "thoughts about thoughts": f"<think>I <think> so</think>{FENCED}",
    "letters that grow in lower case": f"<think>{'İ' * 50}</think>{FENCED}",
    "a draft before": f"```python\ndef solve(task):\n    return 1\n```\nBetter:\n{FENCED}",
    "a sketch before": f"```python\nsorted(task)\n```\nIn full:\n{FENCED}",
    "an example of use behind": f"{FENCED}\n```python\nfrom policy import solve\nprint(solve([2, 1]))\n```",
    "a shell behind": f"{FENCED}\n```bash\npython solve.py\n```",
    "an output behind": f"{FENCED}\n```\nsolve: ok\n```",
    "a fence that is forgotten before": f"```python\nhalf(\n```python\n{WHOLE}```",
    "an edit that does not apply": f"{block('gone', 'x')}\n{FENCED}",
    "half an edit": f"<<<<<<< SEARCH\nLIMIT = 3\n\n{FENCED}",
}


@pytest.mark.parametrize("name", SAME_PROGRAM)
def test_a_program_is_found_in(name: str) -> None:
    assert read(SAME_PROGRAM[name]) == WHOLE


@pytest.mark.parametrize(
    "source",
    [
        'def solve(task):\n    """Does.\n\n    ```\n    solve([1])\n    ```\n    """\n    return 1\n',
        'def solve(task):\n    """Does.\n\n    ```python\n    solve([1])\n    ```\n    """\n    return 1\n',
        "def solve(task):\n    return '\u00a0'.join(task)\n",
        "def solve(task):\n    return {1: task}\n",
        'def solve(task):\n    return """\n  \n"""\n',
        TABBED,
        "try:\n    import scipy\nexcept ImportError:\n    pass\n\n\ndef solve(task):\n    return 2\n",
    ],
    ids=[
        "fences in a docstring",
        "fences of Python in a docstring",
        "a hard space in a string",
        "a dict",
        "white space",
        "tabs",
        "a try",
    ],
)
def test_a_program_stays_as_it_is_written(source: str) -> None:
    assert read(f"```python\n{source}```") == source


def test_fences_within_a_longer_fence_are_content() -> None:
    source = f'NOTE = """\n{FENCED}\n"""\n\n\ndef solve(task):\n    return 3\n'
    assert read(f"````python\n{source}````") == source


def test_a_program_without_a_fence_is_not_cut_to_what_parses() -> None:
    assert reason(f"{WHOLE}\n\nLIMIT = = 3\n") == "unparsable"


def test_a_fenced_program_is_not_cut_to_what_parses() -> None:
    assert reason(f"```python\n{WHOLE}\n\nlimit = = 3\n```") == "unparsable"


def test_a_reply_of_fences_alone_has_no_blocks() -> None:
    assert blocks("```\n" * 1001) == []


def test_a_policy_is_a_program_where_one_is_asked_for() -> None:
    assert read(f"```python\n{CLASS}```", entry="Policy") == CLASS


def test_blocks_are_not_joined() -> None:
    parts = "```python\ndef rank(task):\n    return 1\n```\n```python\nprint(2)\n```"
    assert reason(parts) == "wrong_interface"


@pytest.mark.parametrize(
    "source",
    [
        "def solve(task, *, fast=True):\n    return task\n",
        "def solve(*tasks):\n    return tasks\n",
        "def solve(task, n=1):\n    return n\n",
        "def mine(task):\n    return 0\n\n\nsolve = mine\n",
        "def mine(task):\n    return 0\n\n\nsolve: object = mine\n",
        "from interface import baseline as solve\n",
        "if True:\n\n    def solve(task):\n        return 5\n",
        "def solve():\n    pass\n\n\ndef solve(task):\n    return 6\n",
    ],
)
def test_what_can_be_called_with_a_task_is_a_program(source: str) -> None:
    assert read(f"```python\n{source}```") == source


@pytest.mark.parametrize(
    "source",
    [
        "def solve():\n    pass\n",
        "def solve(task, other):\n    pass\n",
        "def solve(*, task):\n    pass\n",
        "def solve(task, *, other):\n    pass\n",
        "async def solve(task):\n    pass\n",
        "class solve:\n    pass\n",
        "def outer():\n    def solve(task):\n        pass\n",
        "class Policy:\n    def solve(self, task):\n        pass\n",
        "def solved(task):\n    pass\n",
    ],
)
def test_what_cannot_be_called_with_a_task_has_the_wrong_interface(source: str) -> None:
    assert reason(f"```python\n{source}```") == "wrong_interface"


@pytest.mark.parametrize(
    "body",
    [
        "def step(self, observation, n=1): pass",
        "def step(self, *a): pass",
        "step = decide",
        "@staticmethod\n    def step(observation): pass",
    ],
)
def test_a_step_that_takes_an_observation_is_one(body: str) -> None:
    assert reason(f"```python\nclass Policy:\n    {body}\n```", entry="Policy") == "taken"


def test_a_class_of_another_that_may_have_a_step_is_a_policy() -> None:
    assert reason("```python\nclass Policy(Greedy):\n    rate = 2\n```", entry="Policy") == "taken"


@pytest.mark.parametrize("base", ["object", "ABC"])
def test_a_class_of_one_that_has_no_step_has_the_wrong_interface(base: str) -> None:
    text = f"```python\nclass Policy({base}):\n    rate = 2\n```"
    assert reason(text, entry="Policy") == "wrong_interface"


def test_a_policy_that_is_assigned_is_believed() -> None:
    source = "def made():\n    return object\n\n\nPolicy = made()\n"
    assert read(f"```python\n{source}```", entry="Policy") == source


@pytest.mark.parametrize("old", [PARENT, "def solve(task):\n    raise NotImplementedError\n"])
def test_the_last_program_is_taken_whatever_goes_before(old: str) -> None:
    assert read(f"```python\n{old}```\nI write:\n{FENCED}") == WHOLE


def test_a_program_that_binds_its_entry_otherwise_is_found_among_others() -> None:
    source = "def mine(task):\n    return 0\n\n\nsolve = mine\n"
    usage = f"from policy import solv{'e' * 99}\n"
    assert read(f"```python\n{source}```\n```python\n{usage}```") == source


@pytest.mark.parametrize(("lines", "expected"), [(3000, "taken"), (8000, "unparsable")])
def test_drafts_are_looked_at_until_as_much_is_as_one_may_have(lines: int, expected: str) -> None:
    long = "x = 1\n" * lines
    draft, last = f"```python\n{long}{WHOLE}```\n", f"```python\n{long}{WHOLE}x = = 1\n```\n"
    assert reason(f"{draft}{last}{last}") == expected


@pytest.mark.parametrize("end", ["```", "\n\n```\nDone.", ""])
def test_a_program_is_parsed_once_however_it_ends(end: str) -> None:
    read(FENCED)
    before = parse.cache_info().misses
    source = f"{WHOLE}\n\nEND = {end!r}"
    assert read(f"```python\n{source}\n{end}") == f"{source}\n"
    assert parse.cache_info().misses == before + 1


@pytest.mark.parametrize("text", ["<<<<<<< SEARCH", block("gone = 1", "x = 2")])
def test_a_program_with_markers_in_a_string_is_a_program(text: str) -> None:
    source = f'NOTE = """\n{text}\n"""\n\n\n{WHOLE}'
    assert read(f"```python\n{source}```") == source


@pytest.mark.parametrize(
    "body", ["def step(self): pass", "async def step(self, observation): pass", "def act(self, o): pass"]
)
def test_a_class_without_such_a_step_has_the_wrong_interface(body: str) -> None:
    assert reason(f"```python\nclass Policy:\n    {body}\n```", entry="Policy") == "wrong_interface"


def test_edits_that_apply_go_before_a_whole_program() -> None:
    edited = PARENT.replace("LIMIT = 3", "LIMIT = 4")
    assert read(f"{FENCED}\n{block('LIMIT = 3', 'LIMIT = 4')}") == edited
