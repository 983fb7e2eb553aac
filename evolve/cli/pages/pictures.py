"""Figures of a paper on a page: drawn as SVG that follows the page's colours and letters."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

from evolve.cli.pages.elements import Markup, element
from evolve.figures.progress import NothingToDraw
from evolve.figures.style import FAINT, INK, Picture, rendered

_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_USED: Final = re.compile(r"url\(#([^)]+)\)")
_COLOURS: Final = {
    INK: "var(--ink)",
    FAINT: "var(--faint)",
    "#ffffff": "var(--paper)",
    "#000000": "var(--ink)",
    "#e3e3e3": "var(--rule)",
    "#d0d0d0": "var(--rule)",
}
_UNTOLD: Final = frozenset({"metadata", "style"})
"""What an SVG file says of itself, and to all that stands around it."""


def drawn(make: Callable[[], Picture], title: str, key: str) -> Markup:
    """Draws a picture below its title, with its caption.

    Args:
        make: Makes the picture, or says why there is nothing to draw.
        key: Tells the names within the drawing from those within others.
    """
    try:
        picture = make()
    except NothingToDraw as error:
        return element("figure", element("figcaption", f"{title}: not drawn, since {error}."))
    written, _ = rendered(picture, ".svg")  # its doubts are about letters, which are not drawn but written
    caption = element("figcaption", element("strong", f"{title}. "), " ".join(picture.caption))
    return element("figure", inlined(written, title, key), caption)


def inlined(written: bytes, title: str, key: str) -> Markup:
    """Turns an SVG file into an element of a page."""
    root = ET.fromstring(written)  # noqa: S314 - written by the line before, by us
    used = set(_names_used(root))
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
        _rename(node, used, key)
        if "style" in node.attrib:
            node.set("style", _restyled(node.attrib["style"]))
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _UNTOLD]:
            parent.remove(child)
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"viewBox": view, "role": "img", "aria-label": title})
    return Markup(ET.tostring(root, encoding="unicode"))


def _names_used(root: ET.Element) -> Iterator[str]:
    for node in root.iter():
        for value in node.attrib.values():
            yield from _USED.findall(value)
        if _LINK in node.attrib:
            yield node.attrib[_LINK].removeprefix("#")


def _rename(node: ET.Element, used: set[str], key: str) -> None:
    """Makes names unlike those of other drawings on the page, and drops those that nothing refers to."""
    name, link = node.attrib.pop("id", None), node.attrib.pop(_LINK, None)
    if name in used:
        node.set("id", f"{key}-{name}")
    if link is not None:  # a place in this drawing, or the bytes of an image, such as a scale of shades
        node.set("href", f"#{key}-{link[1:]}" if link.startswith("#") else link)
    for attribute, value in node.attrib.items():
        node.set(attribute, _USED.sub(rf"url(#{key}-\1)", value))


def _restyled(style: str) -> str:
    """Leaves letters to the page, and takes its colours."""
    pairs = (declared.partition(": ")[::2] for declared in style.split("; "))
    return ";".join(f"{name}:{_COLOURS.get(value, value)}" for name, value in pairs if name != "font-family")
