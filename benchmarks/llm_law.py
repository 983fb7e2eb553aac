"""What the local endpoint answers: a seeded law from a prompt to a reply.

The law finds the parent program in whatever prompt it gets (see `parent_in`) and answers with an edit of it
that is useful, useless, broken, truncated or slow, in given shares:

- useful: an edit of its syntax tree or its constants, by the operators that need no model; many are no
  improvement, as with real models;
- useless: the same behaviour in another text;
- broken: a syntax error, a program that raises, a wrong entry name, an edit of lines that are not there, or
  the program unchanged, each as likely;
- truncated: cut in the midst, with finish reason `length`;
- slow: useful, but ten times as late.

It answers with one SEARCH/REPLACE block where the prompt speaks of such blocks, else with the whole program
in a fence. Everything is drawn from a generator seeded by the law's seed, the text of the messages, and,
unless the law is `stable`, how often these very messages came before; never by the order of arrival.
"""

import ast
import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from evolve.models.model_spec import Price
from evolve.search.draws import weighted
from evolve.search.offline.constants import nudge
from evolve.search.offline.edits import edit
from evolve.search.offline.specimen import specimen
from evolve.search.syntax import compiles, normal_lines, parse

KINDS: Final = ("useful", "useless", "broken", "truncated", "slow")
MISBEHAVIOURS: Final = (
    "stall",
    "rate_limit",
    "server_error",
    "drop",
    "drop_midway",
    "garbage",
    "huge",
    "content_type",
    "surrogates",
    "renamed",
    "no_usage",
    "empty",
    "thinking",
)
REFUSALS: Final = ("auth", "quota", "model", "billing")
DEFAULT_SHARES: Final[Mapping[str, float]] = MappingProxyType(
    {"useful": 0.6, "useless": 0.15, "broken": 0.15, "truncated": 0.05, "slow": 0.05}
)
_Fenced = tuple[int, int, str]
"""Where a fenced block starts and ends in a prompt, fences included, and what is in it."""
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SLOW: Final = 10.0
"""How much later a slow reply comes."""
_FENCE: Final = re.compile(r"^(`{3,})[^\n`]*\n(.*?)^\1`*[ \t]*$", re.MULTILINE | re.DOTALL)
_ENTRY: Final = re.compile(r"^(?:def solve|class Policy)\b", re.MULTILINE)
_STUB: Final = "raise NotImplementedError"
"""In an interface, which shows an entry without a body."""
_SUBJECT: Final = re.compile(
    r"^.*\b(?:to (?:improve|edit|repair|simplify|modify|evolve)|current (?:program|code|solution))\b.*$",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Law:
    """How the endpoint behaves.

    Attributes:
        delay_s: Seconds before an answer.
        shares: How often replies are of each kind.
        misbehaviour: Probability of each way to misbehave; what is left is a reply of some kind.
        refuse: Which refusal to give to every request, if any: `auth`, `quota`, `model` or `billing`.
        refuse_after: Answers before refusals begin.
        stable: The same messages get the same reply, however often they come.
        key: Key that a request must carry; None takes any.
        echo_key: Errors and replies repeat the key they got, as a careless server might.
    """

    seed: int = 0
    delay_s: float = 0.0
    shares: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    misbehaviour: Mapping[str, float] = field(default_factory=dict)
    refuse: str | None = None
    refuse_after: int = 0
    stable: bool = False
    key: str | None = None
    echo_key: bool = False
    price: Price = field(default_factory=lambda: Price(0.4, 1.6))

    def __post_init__(self) -> None:
        for names, known in ((self.shares, KINDS), (self.misbehaviour, MISBEHAVIOURS)):
            unknown = [name for name in names if name not in known]
            if unknown:
                raise ValueError(f"expected one of {', '.join(known)}, but got {unknown[0]!r}")
            if not all(0 <= share < math.inf for share in names.values()):
                raise ValueError(f"shares must not be negative, but got {dict(names)}")
        if sum(self.shares.values()) == 0:
            raise ValueError("one of the shares must be above 0, but all are 0")
        if sum(self.misbehaviour.values()) > 1 + 1e-9:
            raise ValueError(f"chances to misbehave must not exceed 1 together: {dict(self.misbehaviour)}")
        if self.refuse is not None and self.refuse not in REFUSALS:
            raise ValueError(f"expected one of {', '.join(REFUSALS)}, but got {self.refuse!r}")


@dataclass(frozen=True, slots=True)
class Draw:
    """What the law says of a request.

    Attributes:
        kind: Of the reply, or the way to misbehave.
        text: Of the reply.
        delay_s: Seconds before it.
        form: 0 or 1, drawn: which form to take, where a kind has two.
    """

    kind: str
    text: str
    finish_reason: str
    delay_s: float
    form: int = 0


def draw(law: Law, prompt: str, before: int) -> Draw:
    """Applies the law to a prompt; a pure function.

    Args:
        before: How often this very prompt came before.
    """
    key = f"{law.seed}\0{0 if law.stable else before}\0{prompt}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    rng = np.random.default_rng(np.frombuffer(digest, dtype=np.uint32).tolist())
    kind = _kind(law, rng)
    delay_s = law.delay_s * (SLOW if kind == "slow" else 1.0)
    text, form = _reply(kind, prompt, rng), int(rng.integers(2))
    if kind == "truncated":
        return Draw(kind, text[: len(text) // 2], "length", delay_s, form)
    return Draw(kind, text, "stop", delay_s, form)


def _kind(law: Law, rng: np.random.Generator) -> str:
    names, chances = list(law.misbehaviour), list(law.misbehaviour.values())
    drawn = weighted(rng, [*chances, max(0.0, 1.0 - sum(chances))])
    if drawn < len(names):
        return names[drawn]
    kinds = list(law.shares)
    return kinds[weighted(rng, [law.shares[kind] for kind in kinds])]


def _reply(kind: str, prompt: str, rng: np.random.Generator) -> str:
    parent = parent_in(prompt)
    if parent is None or kind == "empty":
        return "" if kind == "empty" else "I see no program to work on."
    number = int(rng.integers(1 << 30))
    match kind:
        case "useless" | "huge" | "surrogates":
            new = f"{parent.rstrip()}\nUNUSED_{number} = {number}\n"
        case "broken":
            return _broken(number % 5, parent, prompt)
        case _:
            new = useful(parent, rng) or f"{parent.rstrip()}\nUNUSED_{number} = {number}\n"
    text = _formed(parent, new, prompt)
    match kind:
        case "thinking":
            return f"<think>\nPerhaps\n```python\n{parent}```\n</think>\n{text}"
        case "huge":
            return text + "\n" + "And so on. " * 100_000
        case "surrogates":
            return text + "\n\ud800 and \udfff stand alone."
    return text


def _broken(way: int, parent: str, prompt: str) -> str:
    match way:
        case 0:
            return _formed(parent, parent.rstrip() + "\ndef (:\n", prompt)
        case 1:
            return _formed(parent, parent.rstrip() + "\nraise RuntimeError('broken on purpose')\n", prompt)
        case 2:
            renamed = re.sub(r"\b(def solve|class Policy)\b", r"\1_of_another_name", parent)
            return f"```python\n{renamed}```"
        case 3:
            return "<<<<<<< SEARCH\n    this line is nowhere = 1\n=======\n    x = 2\n>>>>>>> REPLACE"
    return f"```python\n{parent}```"


def useful(parent: str, rng: np.random.Generator) -> str | None:
    """Edits a program as the search without a model does; None if no edit was found in forty draws."""
    subject = specimen(parent, "")
    if subject is None:
        return None
    for _ in range(40):
        change = (nudge if rng.random() < 0.5 else edit)(subject, rng)
        new = subject.program.replaced(change) if change else parent
        if new != parent and compiles(new):
            return new
    return None


def parent_in(prompt: str) -> str | None:
    """Finds the program to work on: one with an entry, `def solve` or `class Policy`, that is no stub.

    It is the first whose last line above says so, as in `Program to improve` or `Current program`; else the
    first below any line outside programs that says so; else the first. Where no program has an entry, the
    last that defines anything is taken, so that other harnesses can be served.
    """
    prompt = normal_lines(prompt)
    programs = _programs(prompt)
    entries = [found for found in programs if _ENTRY.search(found[2]) and _STUB not in found[2]]
    if not entries:
        return programs[-1][2] if programs else None
    for program in entries:
        if _SUBJECT.search(_line_above(prompt, program)):
            return program[2]
    said = (m.end() for m in _SUBJECT.finditer(prompt) if not any(_holds(p, m.end()) for p in programs))
    start = next(said, 0)
    return next((program for program in entries if program[0] >= start), entries[0])[2]


def _line_above(prompt: str, program: _Fenced) -> str:
    above = prompt[: program[0]].rstrip()
    return above[above.rfind("\n") + 1 :]


def _holds(program: _Fenced, position: int) -> bool:
    return program[0] < position <= program[1]


def _programs(prompt: str) -> list[_Fenced]:
    """Lists fenced blocks that parse and define a function or a class.

    What does not parse may have begun at a fence that was none, so that the next line may open a block.
    """
    found, position = list[_Fenced](), 0
    while match := _FENCE.search(prompt, position):
        tree = parse(match[2])
        defines = tree is not None and any(isinstance(n, _DEFINITIONS) for n in tree.body)
        if defines:
            found.append((match.start(), match.end(), match[2]))
        position = match.end() if defines else match.start(2)
    return found


def _formed(parent: str, new: str, prompt: str) -> str:
    """Puts a new program into the form that the prompt asks for."""
    if "<<<<<<< SEARCH" not in prompt:
        return f"The idea: one change.\n\n```python\n{new.rstrip()}\n```\n"
    old_lines, new_lines = parent.rstrip().split("\n"), new.rstrip().split("\n")
    first = next(
        (i for i, pair in enumerate(zip(old_lines, new_lines, strict=False)) if pair[0] != pair[1]), None
    )
    first = min(len(old_lines), len(new_lines)) - 1 if first is None else first
    last = _common_tail(old_lines[first:], new_lines[first:])
    old, changed = old_lines[first : len(old_lines) - last], new_lines[first : len(new_lines) - last]
    whole = "\n".join(old_lines)
    while first > 0 and (whole.count("\n".join(old)) != 1 or not any(line.strip() for line in old)):
        first -= 1
        old, changed = [old_lines[first], *old], [old_lines[first], *changed]
    block = "\n".join(["<<<<<<< SEARCH", *old, "=======", *changed, ">>>>>>> REPLACE"])
    return f"The idea: one change.\n\n{block}\n"


def _common_tail(old: list[str], new: list[str]) -> int:
    count = 0
    while count < min(len(old), len(new)) - 1 and old[-1 - count] == new[-1 - count]:
        count += 1
    return count
