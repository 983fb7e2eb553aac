"""Proves every bound of a problem anew and times it; `--write` ships those of generated splits and variants.

The references of eplb, which are no bounds but take as long, are dealt with alike.

    python -m benchmarks.bounds [PROBLEM ...] [--json] [--write]

PUBLISHED is proved too where its data is found; bounds of measured instances are shipped only where their
data may be handed on.
"""

import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report import Row, arguments, show
from problems.base import Instance, Problem, Split
from problems.bounds import as_json
from problems.datasets import DataFolder, DataMissing
from problems.registry import get, names
from problems.variants import PREFIX

SHIPPED_WHEN_PUBLISHED = {"txn"}
"""Problems whose published data may be handed on, digests of it included."""

KINDS = ("bound", "reference")
"""Modules with a `prove`; what it proves is shipped in the file of its name in the plural."""


def provable() -> list[str]:
    """Problems of ours with something to prove; the others' bound is a constant."""
    return [name for name in names() if find_spec(f"problems.{name}") and _shipped(name) is not None]


def _shipped(problem: str) -> tuple[str, Path] | None:
    folder = Path(str(get(problem).interface.__file__)).parent
    files = ((kind, folder / f"{kind}s.json") for kind in KINDS)
    return next((found for found in files if found[1].is_file()), None)


def instances(problem: Problem, workload: str, split: Split) -> list[Instance]:
    """The split's instances; none where data is missing."""
    try:
        return list(problem.load(workload, split, DataFolder.find()))
    except DataMissing:
        return []


def sets(problem: Problem) -> list[tuple[str, Split]]:
    """Workloads and splits to be proved."""
    generated = [("generated", split) for split in problem.workloads["generated"]]
    return generated + [(f"{PREFIX}{name}", Split.VALIDATION) for name in problem.perturbations]


def prove(name: str, kind: str) -> tuple[list[Row], dict[str, float]]:
    """Rows of the table, and the bounds to be shipped."""
    problem, module = get(name), import_module(f"problems.{name}.{kind}")
    rows: list[Row] = []
    shipped: dict[str, float] = {}
    for workload, split in sets(problem):
        found = instances(problem, workload, split)
        if not found:
            continue
        started = time.process_time()
        bounds: dict[str, float] = module.prove(found)
        cpu_s = time.process_time() - started
        mean = sum(bounds[i.digest] for i in found) / len(found)
        rows.append(
            {
                "problem": name,
                "split": str(split) if workload == "generated" else workload.removeprefix(PREFIX),
                "instances": len(found),
                "mean bound": round(mean, 6),
                "CPU s": round(cpu_s, 3),
            }
        )
        if split is not Split.PUBLISHED or name in SHIPPED_WHEN_PUBLISHED:
            shipped |= bounds
    return rows, shipped


def main() -> None:
    """Prints the table, and writes what is asked."""
    parser = arguments(__doc__ or "")
    parser.add_argument("problems", nargs="*", help="all, if none is named")
    parser.add_argument("--write", action="store_true", help="replace bounds.json of each problem")
    given = parser.parse_args()
    rows: list[Row] = []
    for name in given.problems or provable():
        shipped = _shipped(name)
        if shipped is None:
            parser.error(f"{name} has nothing to prove; there are: {', '.join(provable())}")
        kind, path = shipped
        found, bounds = prove(name, kind)
        rows += found
        if given.write:
            path.write_text(as_json(bounds), encoding="utf-8")
    show("bounds", rows, as_json=given.json, note="each proved from scratch, one process")


if __name__ == "__main__":
    main()
