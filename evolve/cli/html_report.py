"""`adrs report RUN...`: what runs found, as one page that needs neither this program nor a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from evolve.cli.cite import bibliography
from evolve.cli.exits import Exit, ExtraMissing, Misuse, say
from evolve.cli.pages.dossiers import read
from evolve.cli.pages.report import report
from evolve.cli.run_names import run_named
from evolve.cli.terminal import size
from evolve.cli.written import write_whole
from evolve.runs.store import Store

MOST_BYTES: Final = 5 * 10**6
"""Of a page: what still goes by mail, and opens at once."""
_SUFFIXES: Final = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The verb's options, as they came."""

    runs: Sequence[str]
    out: Path | None
    force: bool


def report_on(db: Path, request: ReportRequest) -> Exit:
    """Writes the page.

    Raises:
        Misuse: The file cannot be written, or the page would be too large for it.
        ExtraMissing: The package that draws is not installed.
    """
    names = [run_named(name) for name in dict.fromkeys(request.runs)]
    path = _path(request, names[0])
    with Store.open(db, create=False) as store:
        runs = [read(store, name) for name in names]
    content = report(runs, bibliography(db, names)).encode("utf-8")
    if len(content) > MOST_BYTES:
        raise Misuse(
            f"the page would have {len(content) / 1e6:.1f} MB, and one has at most {MOST_BYTES / 1e6:g} MB; "
            "name fewer runs"
        )
    write_whole(path, content, force=request.force)
    say(f"wrote {path}, {size(len(content))}; it needs no network and runs no script")
    return Exit.DONE


def _path(request: ReportRequest, first: str) -> Path:
    """Finds where to write, before anything is read that takes long."""
    path = request.out or Path(f"{first}-report.html")
    if path.suffix.lower() not in _SUFFIXES:
        raise Misuse(
            f"expected a file that ends in {' or '.join(_SUFFIXES)}, but got {str(path)!a}; for a PDF, "
            "print the page from a browser"
        )
    if path.exists() and not request.force:
        raise Misuse(f"{path} exists and was not touched; choose another file, or add --force")
    if find_spec("matplotlib") is None:
        raise ExtraMissing(
            "its figures are drawn with matplotlib, which is not installed; install it with: "
            "python -m pip install 'adrs[figures]', or take numbers alone with adrs show and adrs table"
        )
    return path
