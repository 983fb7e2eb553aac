"""From a reply to a program: whatever its form, it is read, checked, and taken or refused with a reason."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from evolve.models.language_model import Completion
from evolve.search.language.blocks import Misfit, applied, edits_in, hunks_in
from evolve.search.language.entry import defines
from evolve.search.language.fences import Block, blocks, spoken, unfenced
from evolve.search.novelty import fingerprint
from evolve.search.syntax import MAX_SOURCE, normal_lines, parse

LONGEST: Final = 400_000
"""Characters of a reply beyond which it is not read."""
_CUT: Final = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})
_FILTERED: Final = frozenset({"content_filter", "safety", "refusal"})
_COMMENT: Final = re.compile(r"^\s*#[^\n]*$", re.MULTILINE)
_LEFT_OUT: Final = re.compile(
    r"\b(?:rest|remaining|existing|unchanged|same|omitted|previous)\b", re.IGNORECASE
)
_DOTS: Final = re.compile(r"\.\.\.|…|unchanged|omitted", re.IGNORECASE)
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

    Args:
        parent: The program that edits apply to.
        entry: What a program must define: `solve` or `Policy`.
    """
    if completion.finish_reason in _CUT:
        return Unusable("truncated", f"the reply was cut after {completion.output_tokens} tokens")
    if completion.finish_reason in _FILTERED:
        return Unusable("filtered", "the provider held the reply back")
    if len(completion.text) > LONGEST:
        return Unusable("too_long", f"the reply has {len(completion.text):,} characters")
    text = spoken(normal_lines(completion.text))
    if not text.strip():
        return Unusable("empty", "the reply has no text besides thoughts")
    parent = normal_lines(parent)
    found = _found(text, parent, entry)
    if isinstance(found, str):
        found = _checked(found.rstrip() + "\n", parent, entry, most_changed_lines)
    if isinstance(found, str):
        return found
    return Unusable(found.reason, _plain(found.detail))


def _found(text: str, parent: str, entry: str) -> str | Unusable:
    """Takes edits if there are any and they apply, else a whole program."""
    fenced = blocks(text)
    edits = edits_in(text)
    if not isinstance(edits, Misfit) and not edits:
        edits = tuple(
            e for block in fenced if block.language in {"diff", "patch"} for e in hunks_in(block.text)
        )
    edited = edits if isinstance(edits, Misfit) else applied(parent, edits) if edits else None
    if isinstance(edited, str):
        return edited
    whole = _whole(text, fenced, entry)
    if edited is not None and isinstance(whole, Unusable):
        return Unusable(edited.reason, edited.detail)
    return whole


def _whole(text: str, fenced: list[Block], entry: str) -> str | Unusable:
    """Takes the last block that defines the entry; where none does, says what is wrong with the likeliest."""
    if not fenced:
        return _bare(text, entry)
    for block in reversed(fenced):
        if defines(block.text, entry):
            return block.text
    named = [b for b in fenced if re.search(rf"\b(?:def|class)\s+{entry}\b", b.text)]
    likeliest = max(named or fenced, key=lambda b: len(b.text))
    if not named and not any(b.language.startswith("py") for b in fenced):
        return Unusable("no_program", "no block of the reply holds a program")
    return likeliest.text


def _bare(text: str, entry: str) -> str | Unusable:
    for candidate in unfenced(text):
        if defines(candidate, entry):
            return candidate
    return Unusable("no_program", "the reply holds neither a program nor an edit")


def _checked(source: str, parent: str, entry: str, most_changed_lines: int | None) -> str | Unusable:
    """Takes a program, or says what is wrong with it, the gravest first."""
    wrong = _unreadable(source) or _unfit(source, parent, entry)
    changed = _changed_lines(source, parent)
    if wrong is None and most_changed_lines is not None and changed > most_changed_lines:
        return Unusable("too_many_changes", f"{changed} lines differ; at most {most_changed_lines} may")
    return wrong or source


def _unreadable(source: str) -> Unusable | None:
    if len(source) > MAX_SOURCE:
        told = f"the program has {len(source):,} characters; at most {MAX_SOURCE:,} are read"
        return Unusable("too_long", told)
    return None if parse(source) is not None else Unusable("unparsable", _where(source))


def _unfit(source: str, parent: str, entry: str) -> Unusable | None:
    if source.strip() == parent.strip() or fingerprint(source) == fingerprint(parent):
        return Unusable("unchanged", "the program does the same as the one it was made from")
    if _is_elided(source, parent):
        return Unusable("elided", "a comment stands in place of code that was left out")
    if not defines(source, entry):
        what = "def solve(task)" if entry == "solve" else "class Policy with step(self, observation)"
        return Unusable("wrong_interface", f"the program does not define {what} at its top level")
    return None


def _is_elided(source: str, parent: str) -> bool:
    comments = (c for c in _COMMENT.findall(source) if _LEFT_OUT.search(c) and _DOTS.search(c))
    return any(comment not in parent for comment in comments)


def _where(source: str) -> str:
    """Says where a program does not parse; the same on every Python version but for the line."""
    try:
        compile(source, "<reply>", "exec", dont_inherit=True, flags=_PARSE_ONLY)
    except SyntaxError as error:
        line = source.split("\n")[(error.lineno or 1) - 1 : error.lineno or 1]
        return f"line {error.lineno or 1} does not parse: {''.join(line).strip()!r:.120}"
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return f"the program does not parse: {error}"
    return "the program is nested too deeply"


_PARSE_ONLY: Final = 0x400
"""`ast.PyCF_ONLY_AST`: nothing is compiled beyond the tree."""


def _changed_lines(source: str, parent: str) -> int:
    new, old = Counter(source.split("\n")), Counter(parent.split("\n"))
    return max((new - old).total(), (old - new).total())


def _plain(text: str) -> str:
    cut = text if len(text) <= _DETAIL else text[: _DETAIL - 3] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
