"""Fills in the texts of a new problem's package, and refuses names that could not be imported or found."""

import importlib.util
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from problems.registry import names

_HERE = Path(__file__).parent
_SUFFIX = ".txt"
"""Templates are no modules: nothing may import, format or check them before they are filled in."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CHILDS = frozenset({"interface", "candidate", "tests", "package"})
"""Names that mean something else beside a candidate, or in the package's own folder."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A shape of problems, and the example that stands for it.

    Attributes:
        folder: Where its templates are.
        trusted: Module of the trusted side.
        scores: Of the idle and of the other baseline on VALIDATION.
    """

    folder: str
    trusted: str
    scores: tuple[float, float]


KINDS: Mapping[str, Kind] = {
    "one-shot": Kind("one_shot", "scoring", (0.6573, 0.9915)),
    "step-wise": Kind("step_wise", "simulator", (0.5135, 0.663)),
}


def package(name: str, kind: Kind) -> dict[str, str]:
    """Text of every file of a new problem's package, by its path in the package's folder."""
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "trusted": kind.trusted,
        "idle_score": str(kind.scores[0]),
        "best_score": str(kind.scores[1]),
    }
    return {path: _filled(text, words) for path, text in _templates(name, kind)}


def _templates(name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    for folder in (_HERE / "both", _HERE / kind.folder):
        for path in sorted(folder.rglob(f"*{_SUFFIX}")):
            place = str(path.relative_to(folder)).removesuffix(_SUFFIX)
            place = re.sub("^package/", f"{name}/", place)
            yield re.sub("^test_problem", f"tests/test_{name}", place), path.read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], text)


def refusal(name: str) -> str | None:
    """Why a problem cannot be called so, with what to do; None if it can."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        return (
            "expected a name that is also a Python module's: small letters, digits and underscores, a letter "
            f"first, and no keyword, but got {name!r}"
        )
    if name in names():
        return f"a problem {name!r} is installed already; choose another name (adrs problems lists all)"
    if name in sys.stdlib_module_names or name in _CHILDS or _importable(name):
        return f"{name!r} is the name of another module, which the package would hide; choose another name"
    return None


def _importable(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None  # a folder that only looks like a package has none
