"""From a reply to a program: whatever its form, it is read, checked, and taken or refused with a reason."""

import ast
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Final

from evaluators.admission import SOURCE_BYTES
from evolve.models.language_model import Completion
from evolve.search.language.blocks import Misfit, edits_in, hunks_in
from evolve.search.language.elision import elided
from evolve.search.language.entry import defines
from evolve.search.language.fences import Block, blocks, cleaned, readable, spoken, unfenced
from evolve.search.language.matching import applied
from evolve.search.novelty import fingerprint
from evolve.search.syntax import MAX_SOURCE, normal_lines, parse

LONGEST: Final = 400_000
"""Characters of a reply beyond which it is not read."""
MOST_BLOCKS: Final = 20
"""Blocks naming the entry, from the last on, among which a program is looked for."""
_CUT: Final = frozenset(
    {
        "error",
        "incomplete",
        "length",
        "max_length",
        "max_output_tokens",
        "max_tokens",
        "model_context_window_exceeded",
        "model_length",
    }
)
_FILTERED: Final = frozenset(
    {
        "blocklist",
        "content_filter",
        "content_filtered",
        "prohibited_content",
        "recitation",
        "refusal",
        "safety",
    }
)
_DETAIL: Final = 200


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a reply is no candidate.

    Attributes:
        reason: Stable name: `truncated`, `filtered`, `empty`, `too_long`, `no_program`, `half_edit`,
            `edit_not_found`, `ambiguous_edit`, `too_many_edits`, `elided`, `unparsable`, `wrong_interface`,
            `unchanged` or `too_many_changes`.
        detail: A sentence for a person and for the next prompt, without control characters.
    """

    reason: str
    detail: str = ""


def program_of(
    completion: Completion, parent: str, entry: str, *, most_changed_lines: int | None = None
) -> str | Unusable:
    """Reads the program that a reply holds or edits; a pure function that raises nothing.

    The form is found, not assumed: edits are taken if they apply, else the last whole program. Nothing is put
    together from several blocks, and nothing is taken from a reply that was cut, even if it parses.

    Args:
        parent: The program that edits apply to.
        entry: What a program must define: `solve` or `Policy`.
    """
    found = _read(completion, normal_lines(parent), entry)
    if isinstance(found, str):
        found = _checked(found, normal_lines(parent), entry, most_changed_lines)
    return found if isinstance(found, str) else Unusable(found.reason, _plain(found.detail))


def _read(completion: Completion, parent: str, entry: str) -> str | Unusable:
    reason = completion.finish_reason.lower()
    if reason in _CUT:
        return Unusable("truncated", f"the reply was cut after {completion.output_tokens} tokens")
    if reason in _FILTERED:
        return Unusable("filtered", "the provider held the reply back")
    if len(completion.text) > LONGEST:
        told = f"the reply has {len(completion.text):,} characters; at most {LONGEST:,} are read"
        return Unusable("too_long", told)
    text = spoken(normal_lines(completion.text))
    if not text.strip():
        return Unusable("empty", "the reply has no text besides thoughts")
    return _found(text, parent, entry)


def _found(text: str, parent: str, entry: str) -> str | Unusable:
    """Takes edits if there are any and they apply, else a whole program."""
    fenced = blocks(text)
    edits = edits_in(text) or tuple(
        hunk for block in fenced if _is_diff(block) for hunk in hunks_in(block.text)
    )
    edited = edits if isinstance(edits, Misfit) else applied(parent, edits) if edits else None
    if isinstance(edited, str):
        return edited
    whole = _whole([block.text for block in fenced if entry in block.text][-MOST_BLOCKS:], entry)
    if whole is not None:
        return whole
    if edited is not None:
        return Unusable(edited.reason, edited.detail)
    return _likeliest(text, fenced, entry)


def _is_diff(block: Block) -> bool:
    is_named = block.language in {"diff", "patch", "udiff"}
    return is_named or (not block.language and block.text.startswith(("@@", "--- ", "*** Begin Patch")))


def _whole(texts: list[str], entry: str) -> str | None:
    """The last program that defines the entry; one that only imports it, as examples do, if no other.

    From the last on, as many are tried as one program may have characters.
    """
    binding, left = None, MAX_SOURCE
    for text in reversed(texts):
        if len(text) > left:
            continue
        left -= len(text)
        program = cleaned(text)
        if defines(program, entry):
            if _defining(entry).search(program):
                return program
            binding = binding or program
    return binding


def _likeliest(text: str, fenced: list[Block], entry: str) -> str | Unusable:
    """A program without a fence, or what was meant to be one, to be told what is wrong with it."""
    named = [block.text for block in fenced if _defining(entry).search(block.text)]
    if named:
        return cleaned(max(named, key=len))
    bare = next((program for program in unfenced(text) if defines(program, entry)), None)
    python = [block.text for block in fenced if block.language.startswith("py")]
    if bare is not None or python:
        return bare or cleaned(max(python, key=len))
    start = _defining(entry).search(text)
    if start is not None:
        return text[start.start() :]
    return Unusable("no_program", "the reply holds neither a program nor an edit of one")


def _defining(entry: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*+(?:async[ \t]++)?(?:def|class)[ \t]++{entry}\b", re.MULTILINE)


def _checked(source: str, parent: str, entry: str, most_changed_lines: int | None) -> str | Unusable:
    """Takes a program, or says what is wrong with it, the gravest first."""
    if len(source) > MAX_SOURCE or len(source.encode("utf-8", "surrogatepass")) > SOURCE_BYTES:
        told = f"the program has {len(source):,} characters; at most {MAX_SOURCE:,} are read"
        return Unusable("too_long", told)
    source = readable(normal_lines(source).rstrip() + "\n")
    wrong = _unreadable(source, parent) or _unfit(source, parent, entry)
    if wrong is None and most_changed_lines is not None:
        wrong = _beyond(source, parent, most_changed_lines)
    return wrong or source


def _unreadable(source: str, parent: str) -> Unusable | None:
    comment = elided(source, parent)
    if comment is not None:
        return Unusable("elided", f"a comment stands in place of code that was left out: {comment!r:.100}")
    return None if parse(source) is not None else Unusable("unparsable", _where(source))


def _unfit(source: str, parent: str, entry: str) -> Unusable | None:
    if not defines(source, entry):
        what = "def solve(task)" if entry == "solve" else "class Policy with step(self, observation)"
        return Unusable("wrong_interface", f"the program does not define {what} at its top level")
    if source.strip() == parent.strip() or fingerprint(source) == fingerprint(parent):
        return Unusable("unchanged", "the program does the same as the one it was made from")
    return None


def _where(source: str) -> str:
    """Says where a program does not parse; the same on every Python version but for the line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<reply>", "exec", dont_inherit=True, flags=ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        number = error.lineno or 1
        line = "".join(source.split("\n")[number - 1 : number])
        return f"line {number} does not parse: {line.strip()!r:.120}"
    except (ValueError, OverflowError, RecursionError, MemoryError):
        return "the program holds characters or nesting that Python does not read"
    return "the program is nested too deeply"


def _beyond(source: str, parent: str, most: int) -> Unusable | None:
    new, old = Counter(source.split("\n")), Counter(parent.split("\n"))
    changed = max((new - old).total(), (old - new).total())
    return (
        Unusable("too_many_changes", f"{changed} lines differ; at most {most} may")
        if changed > most
        else None
    )


def _plain(text: str) -> str:
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return text if len(text) <= _DETAIL else text[: _DETAIL - 3] + "..."
