"""Times the clairvoyant optima of spot; `--write` ships those of the generated splits anew."""

import argparse
import json
import time

from problems.base import Split
from problems.datasets import DataFolder
from problems.spot import PROBLEM
from problems.spot.optima import SHIPPED, as_json, computed

_PUBLISHED = "spot_single/published_windows.jsonl.gz"


def main() -> None:
    """Computes every optimum of every generated split, and of PUBLISHED where its data is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--write", action="store_true", help=f"replace {SHIPPED.name}")
    options = parser.parse_args()

    folder, rows = DataFolder.find(), []
    shipped: dict[str, float] = {}
    for split in Split:
        if split is Split.PUBLISHED and not folder.has(_PUBLISHED):
            continue
        row, optima = _measure(split, folder)
        rows.append(row)
        if split is not Split.PUBLISHED:
            shipped |= optima
    if options.write:
        SHIPPED.write_text(as_json(shipped), encoding="utf-8")
    if options.json:
        print(json.dumps({"benchmark": "spot_bound", "rows": rows}))
        return
    print(f"{'split':12}{'runs':>6}{'mean $':>12}{'CPU s':>8}")
    for row in rows:
        print(f"{row['split']:12}{row['runs']:6}{row['mean_usd']:12.6f}{row['cpu_s']:8.2f}")


def _measure(split: Split, folder: DataFolder) -> tuple[dict[str, float | str], dict[str, float]]:
    """A row of the table, and the split's optima by digest."""
    instances = PROBLEM.load("generated", split, folder)
    started = time.process_time()
    optima = computed((i.digest, i.data.job, i.data.available) for i in instances)
    cpu_s = time.process_time() - started
    mean_usd = sum(optima[i.digest] for i in instances) / len(instances)
    row = {"split": split.value, "runs": len(instances), "mean_usd": mean_usd, "cpu_s": cpu_s}
    return row, optima


if __name__ == "__main__":
    main()
