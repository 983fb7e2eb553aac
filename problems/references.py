"""Whose work a problem measures: its baselines' papers and its data sets, as BibTeX.

Papers of our own problems stand in `references.bib`, by the key that their `Lastname YEAR` spells.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from problems.base import Baseline, Problem
from problems.origins import DataSet

_ENTRY: Final = re.compile(r"^@\w+\{(?P<key>[^,\s]+),\n.*?^\}$", re.MULTILINE | re.DOTALL)
_NAMED: Final = re.compile(r"\b(?P<name>[A-Z][\w-]*)(?: & [A-Z][\w-]*)? (?P<year>(?:1[89]|20)\d\d)\b")
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d\d\b")
_ADDRESS: Final = re.compile(r"https?://[^\s,;()<>{}]+[^\s,;.()<>{}]")
_ESCAPES: Final = str.maketrans(
    {
        "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "&": r"\&",
        "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a bibliography.

    Attributes:
        text: The entry in BibTeX.
        of: What it is cited for, such as `baseline steiner of cloudcast`.
    """

    key: str
    text: str
    of: tuple[str, ...]


@cache
def shipped() -> Mapping[str, str]:
    """Reads the papers of our own problems: entries by key."""
    text = Path(__file__).with_name("references.bib").read_text(encoding="utf-8")
    return {match["key"]: match[0] for match in _ENTRY.finditer(text)}


def of_baselines(problem: Problem) -> Iterator[Reference]:
    """Yields the papers of a problem's baselines; those without one are left out.

    Raises:
        LookupError: A paper of one of our own problems is not in `references.bib`: a defect of ours.
    """
    ours = problem.interface.__name__.split(".", maxsplit=1)[0] == __name__.split(".", maxsplit=1)[0]
    for baseline in problem.baselines:
        what = (f"baseline {baseline.name} of {problem.name}",)
        if not ours:
            text = _strangers(problem, baseline)
            if text is not None:
                yield Reference(*text, what)
            continue
        for key in keys(baseline.paper):
            yield Reference(key, shipped()[key], what)


def of_data(problem: Problem, data_set: DataSet) -> Reference:
    """Makes the entry of a data set from what is known of its home."""
    key = _key(f"data-{data_set.name}")
    fields = {"title": data_set.about, "howpublished": data_set.home, "note": f"Licence: {data_set.licence}"}
    return Reference(key, entry("misc", key, fields), (f"data set {data_set.name} of {problem.name}",))


def keys(paper: str) -> tuple[str, ...]:
    """Finds the keys in a baseline's `paper`: `Dreyfus & Wagner 1971, ...` is cited as `dreyfus1971`."""
    found = (f"{match['name']}{match['year']}".lower() for match in _NAMED.finditer(paper))
    return tuple(dict.fromkeys(found))


def entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """Writes an entry; values are taken as plain text, and titles keep their capitals in every style."""
    lines = (f"  {name} = {{{_value(name, value)}}},\n" for name, value in fields.items())
    return f"@{kind}{{{key},\n{''.join(lines)}}}"


def _value(name: str, text: str) -> str:
    if name == "url":  # taken as it stands, by what sets it
        return text
    plain = " ".join(text.split()).translate(_ESCAPES)
    return f"{{{plain}}}" if name == "title" else plain


def _strangers(problem: Problem, baseline: Baseline) -> tuple[str, str] | None:
    """Makes an entry of what a problem of others says of a paper; None where it names none."""
    year, address = _YEAR.search(baseline.paper), _ADDRESS.search(baseline.paper)
    if year is None and address is None:
        return None
    first = next(b for b in problem.baselines if b.paper == baseline.paper)
    key = _key(f"{problem.name}-{first.name}")
    fields = {"title": baseline.paper} | ({"year": year[0]} if year else {})
    return key, entry("misc", key, fields | ({"url": address[0]} if address else {}))


def _key(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", text)
