"""The published set: one table of beer reviews, its two public scores, and the public form."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from problems.base import Instance, Outcome
from problems.datasets import DataFolder, reading
from problems.llm_sql.instances import instance
from problems.llm_sql.tables import Table

FILE = "llm_sql/beer.csv.gz"
SOURCE = "FrontierCS/Frontier-CS, commit 4d508c19"

COLUMNS = (
    "review/profileName",
    "review/time",
    "review/overall",
    "review/taste",
    "review/palate",
    "review/appearance",
    "beer/name",
    "beer/style",
    "beer/beerId",
)
MERGED = ((COLUMNS.index("beer/beerId"), COLUMNS.index("beer/name")),)
ROWS = 28_479

LB_ORIGINAL = 0.0696325852726434
"""Hit rate of the original order, averaged over the leaderboard's five files, at which its score is 0."""

QUALITY = 0.95
"""Share of both public scores that is hit rate; the rest is run time, which no score here holds."""

_PUBLIC_FORM = Path(__file__).with_name("public_form.py")


def load(folder: DataFolder) -> tuple[Instance, ...]:
    """Reads the table; cells are text as in the file.

    Raises:
        DataMissing: The file is not there, is another one, or holds another table.
    """
    path = folder.file(FILE, source=SOURCE)
    what = f"{ROWS} rows of {', '.join(COLUMNS)}"
    with reading(path, what=what), gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
        if tuple(header) != COLUMNS:
            raise ValueError(f"expected the columns above, but got {header!r:.120}")
        if len(rows) != ROWS or any(len(row) != len(COLUMNS) for row in rows):
            raise ValueError(f"expected {ROWS} rows of {len(COLUMNS)} cells, but got {len(rows)} rows")
        return (instance("beer", Table(COLUMNS, tuple(map(tuple, rows)), MERGED)),)


def dialects(instances: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Quality parts of the leaderboard's score (`lb`, at most 95) and of SkyDiscover's (`sd`, at most 0.95).

    Both add up to 5 % for a short run time, which is a limit here and no part of any score, so they are left
    out: a published score may be up to 5 points (0.05) above the figure that compares with it. Of beer alone,
    while the published scores are means over five files.
    """
    if len(instances) != len(outcomes):
        raise ValueError(
            f"expected an outcome for each of {len(instances)} instances, but got {len(outcomes)}"
        )
    rate = sum(outcome.metrics["hit_rate"] for outcome in outcomes) / len(outcomes)
    share = (rate - LB_ORIGINAL) / (1.0 - LB_ORIGINAL)
    return {"lb": 100.0 * QUALITY * min(max(share, 0.0), 1.0), "sd": QUALITY * rate}


def adapt(source: str) -> str:
    """Turns a program with `class Evolved`, which has `reorder(df, ...)`, into a candidate's source.

    It is called as by its harness, but merged columns are joined before, so that it does not matter how the
    program would join them. A returned row belongs to the row of the table with the same cells, wherever
    either stands; rows that are changed, missing or in excess leave the answer invalid.
    """
    return f"{_PUBLIC_FORM.read_text(encoding='utf-8')}\n\nPROGRAM = evolved({source!r})\n"
