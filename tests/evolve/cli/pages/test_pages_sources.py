import html
import re

import pytest

from evolve.cli.pages.sources import MOST_CHARACTERS, MOST_LINES, coloured, comparison, cut, program

SOURCE = '''"""Says
so."""
# é <b>
class A:
    def f(self, x=1.5):
        return f"{x!r} </script>" if x else None
'''


def shown(markup: str) -> str:
    """The text that a reader sees."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize(
    "source",
    [
        SOURCE,
        "",
        "\n",
        "x = (",
        "def f(:\n\tpass",
        "  a\n b\n",
        "a = '''open",
        "é = 'ü' # \u00a0ß\r\nb\r\n",
        "x\x0c\ny",
    ],
)
def test_a_program_is_shown_letter_by_letter_whatever_it_is(source: str) -> None:
    expected = source.replace("\x0c", "\\x0c").replace("\r", "\\r").replace("\u00a0", "\\xa0")
    assert shown(coloured(source)) == expected


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("string", "&quot;&quot;&quot;Says\nso.&quot;&quot;&quot;"),
        ("comment", "# é &lt;b&gt;"),
        ("keyword", "class"),
        ("made", "A"),
        ("made", "f"),
        ("value", "1.5"),
        ("keyword", "None"),
    ],
)
def test_tokens_have_their_colours(kind: str, word: str) -> None:
    assert f'<span class="{kind}">{word}</span>' in coloured(SOURCE)


def test_a_long_program_is_cut_and_says_where_the_rest_is() -> None:
    found = program("#" * 100_000, "Program", "adrs best r")
    assert shown(found).startswith("#" * MOST_CHARACTERS + "The first 60,000 of 100,000 characters; ")
    assert found.endswith("<code>adrs best r</code></p>")


def test_a_short_text_is_not_cut() -> None:
    assert cut("abc", 3, "adrs") == ("abc", "")


def test_what_was_added_and_removed_is_marked() -> None:
    found = comparison("a\n--b\n", "a\n++<c>\n", ("step 1", "step 2"), "adrs diff r 1 2")
    assert shown(found) == "--- step 1\n+++ step 2\n@@ -1,2 +1,2 @@\n a\n---b\n+++<c>\n"
    assert '<span class="removed">---b</span>' in found
    assert '<span class="added">+++&lt;c&gt;</span>' in found
    assert 'class="added">+++ step' not in found


def test_programs_that_differ_by_line_ends_alone_are_said_to_be_the_same() -> None:
    assert "are the same text" in comparison("a\n", "a", ("x", "y"), "adrs")


def test_a_long_comparison_is_cut_and_one_beyond_measure_is_not_made() -> None:
    new = "".join(f"{i}\n" for i in range(2_000))
    found = comparison("", new, ("x", "y"), "adrs diff")
    assert shown(found).count("\n") == MOST_LINES
    assert "The first 600 of 2,003 lines; all of it: <code>adrs diff</code>" in found
    assert "too long to be compared here" in comparison("a\n" * 6_000, "b\n" * 6_000, ("x", "y"), "adrs diff")
