"""The near-duplicate fingerprint: blind to writing, not to meaning, and afraid of nothing."""

import ast
from time import process_time

import pytest

from evolve.search.novelty import fingerprint
from evolve.search.syntax import parse

SOURCE = '''\
"""A policy."""
import numpy as np
from interface import Task

LIMIT = 3


def weight(item, scale=2):
    """Doc."""
    total = 0  # a comment
    for part in item.parts:
        total += part * scale
    return sum(x for x in range(total) if x > LIMIT)


class Policy:
    rate = 1

    def step(self, observation):
        try:
            best = max(observation.items, key=lambda item: weight(item))
        except ValueError as error:
            raise RuntimeError from error
        return np.array([best, self.rate])
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # a comment", ""),
        ('    """Doc."""\n', ""),
        ('"""A policy."""\n', "# other words\n\n\n"),
        ("total", "amount"),
        ("for part in item.parts:\n        total += part", "for p in item.parts:\n        total += (p)"),
        ("x for x in range(total) if x", "y for y in range(total) if y"),
        ("weight", "cost_of"),
        ("LIMIT", "BOUND"),
        ("lambda item: weight(item)", "lambda z: weight(z)"),
        ("import numpy as np", "import numpy as numeric"),
        ("(item, scale=2)", "(item: Task, scale: float = 2) -> float"),
        ("error", "problem"),
        ("self", "me"),
        ("    total = 0", "    total: int = 0"),
        ("        try:", "        pass\n        try:"),
        ("2)", "0x2)"),
        ("\n", "\r\n"),
    ],
)
def test_writing_does_not_show(old: str, new: str) -> None:
    changed = SOURCE.replace(old, new).replace(
        "np.array", "numeric.array" if "numeric" in new else "np.array"
    )
    assert changed != SOURCE
    ast.parse(changed)
    assert fingerprint(changed) == fingerprint(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total = 0", "total = 0.0"),
        ("part * scale", "scale * part"),
        ("> LIMIT", ">= LIMIT"),
        ("self.rate", "self.pace"),
        ("rate", "pace"),
        ("Policy", "Plan"),
        ("observation.items", "observation.parts"),
        ("scale=2", "scale=3"),
        ("import numpy as np", "import math as np"),
        ("max(", "min("),
        ("ValueError", "KeyError"),
        ("key=lambda item: weight(item)", "key=lambda item: weight(observation)"),
        ("LIMIT = 3", "LIMIT = '3'"),
        ("    return np", "    self.x = 1\n        return np"),
    ],
)
def test_meaning_shows(old: str, new: str) -> None:
    changed = SOURCE.replace(old, new)
    assert changed != SOURCE
    ast.parse(changed)
    assert fingerprint(changed) != fingerprint(SOURCE)


def test_two_variables_are_not_one() -> None:
    assert fingerprint("def f(a, b):\n return a - b") != fingerprint("def f(a, b):\n return b - a")
    assert fingerprint("def f(a, b):\n return a - b") == fingerprint("def g(b, a):\n return b - a")


def test_keywords_without_effects_have_no_order() -> None:
    assert fingerprint("f(a=1, b=x)") == fingerprint("f(b=x, a=1)")
    assert fingerprint("f(a=g(), b=h())") != fingerprint("f(b=h(), a=g())")


def test_parameters_named_by_a_caller_keep_their_names() -> None:
    call = "\nf(a=1, b=2)"
    assert fingerprint("def f(a, b): return a - b" + call) != fingerprint("def f(b, a): return b - a" + call)


def test_names_stay_where_the_source_can_look_at_them() -> None:
    assert fingerprint("def f(a): return locals()") != fingerprint("def f(b): return locals()")


def test_a_method_does_not_see_the_names_of_its_class() -> None:
    # `rate` in `step` is the module's, whatever the class calls its own.
    source = "rate = 1\nclass Policy:\n rate = 2\n def step(self):\n  return rate\n"
    renamed = source.replace("rate = 1", "pace = 1").replace("return rate", "return pace")
    assert fingerprint(source) == fingerprint(renamed)


def test_f_strings_read_alike_on_every_python() -> None:
    assert fingerprint("f'a{{b{c}}}{d!r:>{e}}'") == (
        "df992f124fa3c9909c0ddaf56dd086d034dfc48c70cb6c20e91f6c74c0b97dfe"
    )
    assert fingerprint("f'{c}a'") != fingerprint("f'a{c}'")
    assert fingerprint("f'{c}'") != fingerprint("f'{d}'")


def test_globals_and_nonlocals_mean_the_outer_variable() -> None:
    outer = "n = 0\ndef f():\n {}n = 1\n return n\n"
    assert fingerprint(outer.format("global n; ")) != fingerprint(outer.format(""))
    nested = "def f():\n n = 0\n def g():\n  {}n = 1\n g()\n return n\n"
    assert fingerprint(nested.format("nonlocal n; ")) != fingerprint(nested.format(""))


def test_a_source_that_does_not_parse_is_its_text() -> None:
    assert fingerprint("def (") != fingerprint("def ( ")
    assert fingerprint("x = '\ud800'") != fingerprint("x = '\ud801'")


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprint(SOURCE) == "95acfa2de1d71006aae25a23d859d05c39fa8635cde26f6cf731a87db1e49d81"


@pytest.mark.parametrize("nested", ["[{}]", "({},)", "-{}", "f({})", "a[{}]", "lambda: {}", "{{1: {}}}"])
def test_the_deepest_tree_that_parses_is_read(nested: str) -> None:
    sources = ["x"]
    while parse(deeper := nested.format(sources[-1])) is not None:
        sources.append(deeper)
    assert len({fingerprint(source) for source in sources}) == len(sources)


HOSTILE = {
    "a NUL": "a\0b",
    "a surrogate": "x = '\ud800'",
    "an escaped surrogate": "x = '\\ud800'",
    "a byte-order mark": "\ufeffx = 1",
    "nothing": "",
    "open brackets": "(" * 100_000,
    "closed brackets": "(" * 99 + "1" + ")" * 99,
    "minus signs": "-" * 90_000 + "1",
    "a long sum": "1" + "+1" * 40_000,
    "a long comparison": "1" + "<1" * 40_000,
    "attributes": "a" + ".b" * 40_000,
    "items": "a" + "[0]" * 30_000,
    "lambdas": "lambda:" * 10_000 + "1",
    "a long elif": "if a:\n b\n" + "elif a:\n b\n" * 5_000,
    "indentation": "".join(" " * n + "if a:\n" for n in range(99)) + " " * 99 + "b",
    "a large hexadecimal": "x=0x" + "f" * 90_000,
    "a large decimal": "x=" + "9" * 90_000,
    "dictionaries": "{1:" * 140 + "1" + "}" * 140,
    "f-strings": "f'{" * 150,
    "a bad escape": "x = '\\d'",
    "ten million characters": "a = 1\n" * 1_700_000,
    "many lines": "a = 1\n" * 16_000,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_hashed_soon(name: str) -> None:
    start = process_time()
    assert len(fingerprint(HOSTILE[name])) == 64
    # The slowest takes a third of a second; the rest of the margin is for busy machines.
    assert process_time() - start < 5
