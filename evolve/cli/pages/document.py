"""The page: its head, its contents, and its sections with their anchors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from evolve.cli.pages.elements import Markup, element, escaped, joined

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""What a browser may do with the page: show it. No script runs, and nothing is fetched from anywhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it."""

    title: str
    content: str
    parts: "tuple[Section, ...]" = ()


def document(title: str, lead: Markup, sections: Sequence[Section]) -> str:
    """Puts a page together that needs nothing but itself."""
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    numbered = list(enumerate(sections, 1))
    body = joined(
        element("header", element("h1", title), lead),
        element("nav", element("h2", "Contents"), _contents(numbered), aria_label="Contents"),
        element("main", *(_section(part, f"s{n}", 2) for n, part in numbered)),
    )
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta name="generator" content="adrs {escaped(version("adrs"))}">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section, key: str, level: int) -> Markup:
    link = element("a", "#", href=f"#{key}", class_="anchor", aria_label=f"Link to {section.title}")
    parts = (_section(part, f"{key}-{n}", level + 1) for n, part in enumerate(section.parts, 1))
    heading = element(f"h{level}", section.title, " ", link)
    return joined(element("section", heading, section.content, *parts, id=key), "\n")


def _contents(numbered: Sequence[tuple[int, Section]], above: str = "s") -> Markup:
    return element("ol", *_entries(numbered, above))


def _entries(numbered: Sequence[tuple[int, Section]], above: str) -> Iterator[Markup]:
    for n, section in numbered:
        key = f"{above}{n}"
        parts = list(enumerate(section.parts, 1))
        below = _contents(parts, f"{key}-") if parts else Markup()
        yield element("li", element("a", section.title, href=f"#{key}"), below)
