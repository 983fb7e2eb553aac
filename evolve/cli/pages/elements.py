"""HTML put together so that no text of a stranger can become markup: what was not made here is escaped."""

import html
from collections.abc import Iterable, Mapping, Sequence

from evolve.cli.terminal import harmless


class Markup(str):
    """HTML as it is to stand on a page."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """Makes markup that shows a text letter by letter, invisible ones spelled out; markup stays as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(harmless(text)))


def joined(*content: str) -> Markup:
    """Puts texts and markup behind each other."""
    return Markup("".join(map(escaped, content)))


def element(name: str, *content: str, **attributes: str) -> Markup:
    """Makes an element; `class_` names the attribute `class`, and `aria_label` is `aria-label`."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(harmless(value))}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{told}>{joined(*content)}</{name}>")


def paragraph(*content: str, class_: str = "told") -> Markup:
    """Makes a paragraph."""
    return element("p", *content, class_=class_)


def listed(items: Iterable[str]) -> Markup:
    """Makes a list; nothing of nothing."""
    rows = [element("li", item) for item in items]
    return element("ul", *rows) if rows else Markup()


def facts(rows: Mapping[str, str]) -> Markup:
    """Makes a list of labelled facts."""
    pairs = (joined(element("dt", label), element("dd", fact)) for label, fact in rows.items())
    return element("dl", *pairs)


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> Markup:
    """Makes a table whose first `left` columns hold words, the others numbers; the first names its row."""
    heads = (element("th", column, scope="col", class_=_kind(i, left)) for i, column in enumerate(columns))
    body = (
        element("tr", element("th", row[0], scope="row", class_="word"), *_cells(row[1:], left))
        for row in rows
    )
    head = element("thead", element("tr", *heads))
    found = element("table", head, element("tbody", *body), aria_label=caption)
    # Where it is wider than a phone it is moved sideways, by keys too; what it shows stands still above.
    moved = element("div", found, class_="table", role="region", tabindex="0", aria_label=caption)
    return joined(element("p", caption, class_="caption"), moved)


def _cells(cells: Sequence[str], left: int) -> Iterable[Markup]:
    return (element("td", cell, class_=_kind(i, left)) for i, cell in enumerate(cells, 1))


def _kind(column: int, left: int) -> str:
    return "word" if column < left else "number"


def preformatted(what: str, *content: str) -> Markup:
    """Shows a text with its line ends, `what` it is said to those who cannot see it."""
    return element("pre", element("code", *content), tabindex="0", role="region", aria_label=what)
