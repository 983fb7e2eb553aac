"""The search: runs, models, export and the command line.

For programs and notebooks: `run` a search, or `open` one, and look at it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evolve.runs.recorded import RecordedRun
    from evolve.runs.spec import RunSpec

_DB = Path("results/adrs.db")


def run(spec: "RunSpec | str", name: str, *, db: Path = _DB) -> "RecordedRun":
    """Runs a search to its end.

    Args:
        spec: What is asked, as `evolve.runs.spec.RunSpec`; or a problem's name, for all the defaults.
        name: By which the run is found again, by `adrs show` too.
        db: The store it is written to.

    Raises:
        RunExists: The name is taken.
        SandboxUnavailable, DataMissing, EndpointUnusable, UnknownProblem: As `adrs run` says.
    """
    from evolve.runs.recorded import run_to_its_end  # noqa: PLC0415 - the package's face stays light
    from evolve.runs.spec import RunSpec  # noqa: PLC0415

    return run_to_its_end(name, RunSpec(spec) if isinstance(spec, str) else spec, Path(db))


def open(name: str, *, db: Path = _DB) -> "RecordedRun":  # noqa: A001 - `evolve.open(run)` reads as it is meant
    """Opens a run of a store.

    Raises:
        StoreError: There is no such run, or no such store.
    """
    from evolve.runs.header import Header  # noqa: PLC0415
    from evolve.runs.recorded import RecordedRun  # noqa: PLC0415
    from evolve.runs.store import Store  # noqa: PLC0415

    with Store.open(Path(db), create=False) as store:
        Header.read(store, name)
    return RecordedRun(name, Path(db))
