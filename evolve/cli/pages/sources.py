"""Programs as text on a page: coloured by their tokens, compared, and cut where nobody reads on."""

import difflib
import io
import keyword
import tokenize
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from evolve.cli.pages.elements import Markup, element, escaped, joined, paragraph, preformatted

MOST_CHARACTERS: Final = 60_000
"""Of a program: some 1,500 lines, more than any that was ever worth reading."""
MOST_LINES: Final = 600
"""Of a comparison."""
_COMPARED: Final = 10_000
"""Lines of both programs together; comparing takes their product in the worst case."""
_KINDS: Final = {tokenize.COMMENT: "comment", tokenize.STRING: "string", tokenize.NUMBER: "value"}
_MADE: Final = frozenset({"def", "class"})
_LINES: Final = {"+": "added", "-": "removed", "@": "place"}


def cut(text: str, most: int, whole: str) -> tuple[str, Markup]:
    """Cuts a text, and says so.

    Args:
        whole: Where all of it is, as a command.

    Returns:
        What is left, and a paragraph on what is not; an empty one if all is there.
    """
    if len(text) <= most:
        return text, Markup()
    told = f"The first {most:,} of {len(text):,} characters; all of it: "
    return text[:most], paragraph(told, element("code", whole))


def program(source: str, what: str, whole: str) -> Markup:
    """Shows a program."""
    shown, told = cut(source, MOST_CHARACTERS, whole)
    return joined(preformatted(what, coloured(shown)), told)


def coloured(source: str) -> Markup:
    """Marks keywords, names that are made, values, strings and comments; what is no Python stays plain."""
    try:
        spans = list(_spans(source))
    except (SyntaxError, tokenize.TokenError):
        return escaped(source)
    if any(this[1] > following[0] for this, following in pairwise(spans)):
        return escaped(source)  # never seen: but a letter shown twice would be another program
    pieces, at = list[Markup](), 0
    for start, end, kind in spans:
        pieces += [escaped(source[at:start]), element("span", source[start:end], class_=kind)]
        at = end
    return joined(*pieces, source[at:])


def _spans(source: str) -> Iterator[tuple[int, int, str]]:
    """Yields where tokens worth a colour begin and end, and their kinds."""
    lines = source.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = _kind(token, before)
        before = token.string
        if kind and token.string:
            (row, column), (last_row, last_column) = token.start, token.end
            yield starts[row - 1] + column, starts[last_row - 1] + last_column, kind


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME:
        return "keyword" if keyword.iskeyword(token.string) else "made" if before in _MADE else ""
    if tokenize.tok_name[token.type].startswith("FSTRING"):  # apart since Python 3.12
        return "string"
    return _KINDS.get(token.type, "")


def comparison(old: str, new: str, names: tuple[str, str], whole: str) -> Markup:
    """Shows what sets one program apart from another.

    Args:
        names: Of the old one and of the new one.
        whole: Where all of it is, as a command.
    """
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > _COMPARED:
        return paragraph("The two are too long to be compared here: ", element("code", whole))
    lines = list(difflib.unified_diff(before, after, *names, lineterm=""))
    if not lines:
        return paragraph("The two are the same text, but for line ends.")
    text, told = cut("\n".join(lines[:MOST_LINES]), MOST_CHARACTERS, whole)
    if len(lines) > MOST_LINES:
        told = paragraph(
            f"The first {MOST_LINES} of {len(lines):,} lines; all of it: ", element("code", whole)
        )
    return joined(preformatted(f"From {names[0]} to {names[1]}", *_marked(text.split("\n"))), told)


def _marked(lines: Sequence[str]) -> Iterator[Markup]:
    for number, line in enumerate(lines):
        kind = "" if number < len(("---", "+++")) else _LINES.get(line[:1], "")
        yield joined(element("span", line, class_=kind) if kind else line, "\n")
