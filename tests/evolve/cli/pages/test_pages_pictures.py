import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evolve.cli.pages.pictures import drawn, inlined
from evolve.figures.progress import NothingToDraw
from evolve.figures.style import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWING = f"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">
 <metadata>maker</metadata>
 <defs><style>*{{fill: red}}</style><path id="m1" style="stroke: {INK}; stroke-width: 0.6"/></defs>
 <g id="axes_1" clip-path="url(#p2)"><use xlink:href="#m1"/><image xlink:href="data:image/png;base64,aa"/></g>
 <clipPath id="p2"/>
 <text style="font-size: 7px; font-family: 'DejaVu Sans'; fill: #8c8c8c">{INK} url(#p2) &lt;i></text>
</svg>"""


def test_a_drawing_takes_the_colours_and_letters_of_its_page() -> None:
    found = inlined(DRAWING.encode(), 'a "title"', "k")
    assert 'style="stroke:var(--ink);stroke-width:0.6"' in found
    assert f'style="font-size:7px;fill:var(--faint)">{INK} url(#p2) &lt;i&gt;<' in found
    assert found.startswith('<svg viewBox="0 0 9 9" role="img" aria-label="a &quot;title&quot;">')
    assert not re.search("metadata|<style|xmlns|ns0", found)


def test_names_in_a_drawing_are_its_own_and_images_stay_as_they_are() -> None:
    found = inlined(DRAWING.encode(), "t", "k")
    assert re.findall(r'(?<=[ ])(?:id|href|clip-path)="[^"]*"', found) == [
        'id="k-m1"',
        'clip-path="url(#k-p2)"',
        'href="#k-m1"',
        'href="data:image/png;base64,aa"',
        'id="k-p2"',
    ]


class Dot:
    """The smallest picture there is."""

    caption: Sequence[str] = ("One <dot>.", "No more.")
    numbers: Mapping[str, Any] = {}

    def height_in(self, width_in: float) -> float:
        return width_in

    def draw(self, figure: "Figure") -> None:
        figure.add_subplot().plot([1.0], [2.0])


def test_a_picture_stands_above_its_caption() -> None:
    found = drawn(Dot, "Dot", "k")
    assert found.startswith('<figure><svg viewBox="')
    assert found.endswith("<figcaption><strong>Dot. </strong>One &lt;dot&gt;. No more.</figcaption></figure>")


def test_what_cannot_be_drawn_says_why() -> None:
    def nothing() -> Dot:
        raise NothingToDraw("there is no <dot>")

    assert drawn(nothing, "Dot", "k") == (
        "<figure><figcaption>Dot: not drawn, since there is no &lt;dot&gt;.</figcaption></figure>"
    )
