"""Prompts: pure functions of a context, in the words of the templates beside this module."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Final

from evolve.search.candidate import Candidate
from evolve.search.elite import Elite
from evolve.search.feedback import escaped, feedback, violations
from evolve.search.language.briefing import briefing
from evolve.search.language.examples import example
from evolve.search.language.sections import Section, Sections
from evolve.search.leaders import group_scores
from evolve.search.operators import Context, Failure, Reference

SHOWN_FAILURES: Final = 3
SHOWN_OTHERS: Final = 2
_FOLDER: Final = Path(__file__).parent / "templates"
_FENCE: Final = re.compile(r"`{3,}")


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
        subject: The program to work on, and what was found of it.
        others: Programs that lend material.
        whole: Whether the answer is a whole module rather than edits.
    """

    template: str
    verb: str
    subject: Elite | Failure
    others: tuple[Elite, ...]
    whole: bool


def render(context: Context, task: Assignment, sections: Sections) -> Prompt:
    """Writes the prompt for an assignment."""
    entry = "`solve(task)`" if context.entry == "solve" else "`class Policy` with `step(observation)`"
    system = _template("system").substitute(entry=entry)
    found = (*_about(context), *_programs(context, task), *_asked(task))
    return Prompt(
        _encodable(system), tuple(sections.fit(name, _encodable(text)) for name, text in found if text)
    )


def _about(context: Context) -> Iterator[tuple[str, str]]:
    """Yields what is the same in every prompt of a run, or nearly so: providers cache a common beginning."""
    brief = briefing(context.brief)
    yield "problem", _headed("Problem", brief.problem)
    yield "evaluation", _headed("Evaluation", brief.evaluation)
    yield "forbidden", _headed("Forbidden", brief.forbidden)
    yield "context", _headed("Context", brief.context)
    yield "interface", _headed("Interface", fenced(context.interface))
    hints = [f"{i}. {hint}" for i, hint in enumerate(brief.hints[: context.hints], 1)]
    yield "hints", _headed("Hints", "\n".join(hints))


def _programs(context: Context, task: Assignment) -> Iterator[tuple[str, str]]:
    subject = task.subject
    source = _candidate(subject).source
    yield "program", _headed(f"Program {task.verb}", fenced(source))
    yield "feedback", _headed("How it does", _found(subject, context.reference))
    if isinstance(subject, Elite):
        yield (
            "others",
            _headed("Other programs", _others(subject, task.others, whole=task.template != "paradigm_shift")),
        )
        yield "failures", _headed("What failed before", _failures(context.failures, subject.candidate.id))


def _asked(task: Assignment) -> Iterator[tuple[str, str]]:
    yield "task", _headed("Task", _template(task.template).template.strip())
    shown = example(_candidate(task.subject).source)
    form = (
        _template("whole").template
        if task.whole
        else _template("edits").substitute(verb=task.verb, example=shown)
    )
    yield "answer", _headed("Answer", form.strip())


def _candidate(subject: Elite | Failure) -> Candidate:
    if subject.candidate is None:
        raise ValueError(f"step {subject} left no candidate to work on")
    return subject.candidate


def _found(subject: Elite | Failure, reference: Reference | None) -> str:
    """Says how a program did, beside the best baseline where it was measured on the same instances."""
    if isinstance(subject, Failure):
        return "" if subject.evaluation is None else feedback(subject.evaluation, None).strip()
    if reference is None:
        return feedback(subject.evaluation, None).strip()
    told = feedback(subject.evaluation, reference.search).strip()
    return f"The reference is the best published baseline, {escaped(reference.name)}.\n\n{told}"


def _others(first: Elite, others: Sequence[Elite], *, whole: bool) -> str:
    parts = []
    for other in others[:SHOWN_OTHERS]:
        better = _better(first, other)
        where = f"; better than the program above on {', '.join(map(escaped, better))}" if better else ""
        told = f"It scores {other.score:.4f}{where}."
        parts.append(f"{told}\n\n{fenced(other.candidate.source)}" if whole else f"- {told}")
    return ("\n\n" if whole else "\n").join(parts)


def _better(first: Elite, other: Elite) -> list[str]:
    """Names up to five groups of instances on which `other` is ahead, the widest lead first."""
    ours, theirs = group_scores(first.evaluation.measurements), group_scores(other.evaluation.measurements)
    ahead = {name: theirs[name] - ours.get(name, 0.0) for name in theirs}
    leads = sorted((name for name in ahead if ahead[name] > 5e-5), key=lambda name: (-ahead[name], name))
    return leads[:5]


def _failures(failures: Sequence[Failure], parent: str) -> str:
    nearby = [failure for failure in failures if failure.parent == parent][:SHOWN_FAILURES]
    if not nearby:
        return ""
    lines = [_failure(failure) for failure in nearby]
    return "\n".join(["Changes to this program that came to nothing, the latest first:", *lines])


def _failure(failure: Failure) -> str:
    if failure.evaluation is not None:
        return f"- {failure.operator}: {violations(failure.evaluation)[0].removeprefix('- ')}"
    detail = f": {escaped(failure.detail)}" if failure.detail else ""
    return f"- {failure.operator}: the reply was rejected ({failure.reason}){detail}"


def fenced(source: str) -> str:
    """Puts a program into a fence that nothing in it can close."""
    longest = max((len(run) for run in _FENCE.findall(source)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{source.rstrip()}\n{fence}"


def _headed(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _encodable(text: str) -> str:
    """Replaces what cannot be sent: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.md").read_text(encoding="utf-8"))
