"""Prompts: pure functions of a context, in the words of the templates beside this module."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Final

from evaluators.values import Evaluation
from evolve.search.candidate import Candidate
from evolve.search.elite import Elite
from evolve.search.feedback import escaped, feedback, violations
from evolve.search.language.briefing import briefing
from evolve.search.language.examples import example
from evolve.search.language.sections import Section, Sections
from evolve.search.operators import Context, Failure, Reference
from evolve.search.syntax import normal_lines

SHOWN_FAILURES: Final = 3
SHOWN_OTHERS: Final = 2
SHOWN_LEADS: Final = 5
"""Groups of instances named on which another program is ahead."""

_FOLDER: Final = Path(__file__).parent / "templates"
_FENCE: Final = re.compile(r"`{3,}")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that move a cursor, turn text around or cannot be sent; tab and line feed are none."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is shown.

    Attributes:
        sections: Of the user's message, in order.
    """

    system: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The user's message."""
        return "\n\n".join(section.text for section in self.sections) + "\n"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an operator asks for.

    Attributes:
        template: File name of the task's words.
        verb: `to improve`, `to repair` or `to simplify`: how the program to work on is called.
        evaluation: What is told of the program; None if nothing was measured.
        whole: Whether the answer is a whole module rather than edits.
        others: Further programs.
        lends: Whether their sources are shown, not their scores alone.
    """

    template: str
    verb: str
    program: Candidate
    evaluation: Evaluation | None
    whole: bool
    others: tuple[Elite, ...] = ()
    lends: bool = True


def render(
    context: Context, task: Assignment, sections: Sections, *, most_changed_lines: int | None = None
) -> Prompt:
    """Writes the prompt for an assignment.

    What is the same in most prompts of a run comes first: providers charge less for a beginning they know.
    """
    told = (*_found(context, task), *_asked(task, most_changed_lines))
    return Prompt(
        _system(context.entry, context.packages),
        (
            *_about(context.brief, context.interface, context.hints, sections),
            *_fitted(told, sections),
        ),
    )


@lru_cache(maxsize=8)
def _about(brief: str, interface: str, released: int, sections: Sections) -> tuple[Section, ...]:
    parts = briefing(brief)
    hints = [f"{i}. {hint}" for i, hint in enumerate(parts.hints[:released], 1)]
    told = (
        ("problem", _headed("Problem", parts.problem)),
        ("evaluation", _headed("Evaluation", parts.evaluation)),
        ("forbidden", _headed("Forbidden", parts.forbidden)),
        ("context", _headed("Context", parts.context)),
        ("interface", _headed("Module `interface`", fenced(interface))),
        ("hints", _headed("Hints", "\n".join(hints))),
    )
    return tuple(_fitted(told, sections))


def _found(context: Context, task: Assignment) -> Iterator[tuple[str, str]]:
    yield "program", _headed(f"Program {task.verb}", fenced(task.program.source))
    yield "feedback", _headed("How it does", _feedback(task.evaluation, context.reference))
    yield "others", _headed("Other programs", _others(task))
    yield "failures", _headed("What failed before", _failures(context.failures, task.program.id))


def _asked(task: Assignment, most_changed_lines: int | None) -> Iterator[tuple[str, str]]:
    yield "task", _headed("Task", _template(task.template).template.strip())
    if task.whole:
        form = _template("whole").template
    else:
        cap = f" Change at most {most_changed_lines} lines in all." if most_changed_lines is not None else ""
        words = {"verb": task.verb, "cap": cap, "example": example(task.program.source)}
        form = _template("edits").substitute(words)
    yield "answer", _headed("Answer", form.strip())


def _feedback(evaluation: Evaluation | None, reference: Reference | None) -> str:
    """Says how a program did, beside the best baseline where both were measured on the same stage."""
    if evaluation is None:
        return ""
    if reference is None or reference.search.stage != evaluation.stage:
        return feedback(evaluation, None).strip()
    told = feedback(evaluation, reference.search).strip()
    return f"The reference is the best published baseline, {escaped(reference.name)}.\n\n{told}"


def _others(task: Assignment) -> str:
    parts = []
    for other in task.others[:SHOWN_OTHERS]:
        leads = ", ".join(escaped(name) for name in _leads(task.evaluation, other.evaluation))
        where = f"; better than the program above on {leads}" if leads else ""
        told = f"It scores {other.score:.4f}{where}."
        parts.append(f"{told}\n\n{fenced(other.candidate.source)}" if task.lends else f"- {told}")
    return ("\n\n" if task.lends else "\n").join(parts)


def _leads(first: Evaluation | None, other: Evaluation) -> list[str]:
    """Names groups of instances on which `other` is ahead, the widest lead first."""
    ours = first.measurements.by_group() if first is not None else {}
    ahead = {name: score - ours.get(name, 0.0) for name, score in other.measurements.by_group().items()}
    leads = sorted((name for name in ahead if ahead[name] > 5e-5), key=lambda name: (-ahead[name], name))
    return leads[:SHOWN_LEADS]


def _failures(failures: Sequence[Failure], parent: str) -> str:
    nearby = [failure for failure in failures if failure.parent == parent][:SHOWN_FAILURES]
    if not nearby:
        return ""
    lines = [_failure(failure) for failure in nearby]
    return "\n".join(["Changes to this program that came to nothing, the latest first:", *lines])


def _failure(failure: Failure) -> str:
    broken = violations(failure.evaluation) if failure.evaluation is not None else []
    if broken:
        return f"- {failure.operator}: the new program failed: {broken[0].removeprefix('- ')}"
    detail = f": {escaped(failure.detail)}" if failure.detail else ""
    return f"- {failure.operator}: the reply was rejected ({failure.reason}){detail}"


@lru_cache(maxsize=256)
def fenced(source: str) -> str:
    """Puts a program into a fence that nothing in it can close."""
    text = _visible(normal_lines(source).rstrip())
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{text}\n{fence}"


def _fitted(told: Sequence[tuple[str, str]], sections: Sections) -> Iterator[Section]:
    found = (sections.fit(name, _visible(text)) for name, text in told if text)
    return (section for section in found if section.text)


def _headed(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _visible(text: str) -> str:
    """Writes characters that cannot be seen or sent as escapes."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


@lru_cache(maxsize=2)
def _system(entry: str, packages: tuple[str, ...]) -> str:
    form = "`solve(task)`" if entry == "solve" else "`class Policy` with `step(self, observation)`"
    names = ", ".join(("the standard library", *packages))
    return _template("system").substitute(entry=form, packages=names)


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.md").read_text(encoding="utf-8"))
