"""Where prices, throughputs and transfers are public, and what is dropped of the throughputs."""

import csv
import io
from collections.abc import Mapping

from problems.origins import DataFile, DataSet, PublicFile

_TREE = "b265bf9ca77fd8e8d82039d9f74911b8780fe1ce"
_EXAMPLE = f"https://raw.githubusercontent.com/gepa-ai/gepa/{_TREE}/examples/adrs/cloudcast"
_PLACES = ("utils/cloudcast", "cloudcast")
"""Where the example keeps its data; it was moved once."""

_COST, _THROUGHPUT = "profiles/cost.csv", "profiles/throughput.csv"
_COLUMNS = {
    "src_region": "src_region",
    "dst_region": "dst_region",
    "throughput_sent": "throughput_sent_bps",
}
"""Their names, and ours: the rest of the public columns tell how it was measured."""


def tables(public: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Keeps prices and transfers as they are, and of the throughputs the columns that are read.

    Raises:
        ValueError, LookupError: The throughputs are no table with these columns.
    """
    kept = {name: content for name, content in public.items() if name.startswith("config/")}
    return {
        "cost.csv.gz": public[_COST],
        "throughput.csv.gz": _throughputs(public[_THROUGHPUT].decode("utf-8")),
        **kept,
    }


def _throughputs(text: str) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS.values())
    try:
        for row in csv.DictReader(io.StringIO(text), strict=True):
            cells = [row[column] for column in _COLUMNS]
            if cells[0] != cells[1]:  # a region to itself is nothing that a transfer can use
                rows.writerow(cells)
    except csv.Error as error:
        raise ValueError(f"{_THROUGHPUT} is no table: {error}") from error
    return out.getvalue().encode()


_CONFIGS = (
    DataFile(
        "config/inter_agz.json", 477, "e6f7de15894c79bca94907d0776c17414785e7395e0d369743022146bbc42df4"
    ),
    DataFile(
        "config/inter_gaz2.json", 501, "b40631902a840d17c8089ff93356e7b2542ca1c34e32d11c227eb8176e9bd0f9"
    ),
    DataFile(
        "config/intra_aws.json", 444, "986e7d1f1b7d7186398ac13c1c4fe499a48a164d84a4a7ca8ff17cde3198be42"
    ),
    DataFile(
        "config/intra_azure.json", 464, "ac1d872c8f90b2496bf750b1c8a2b8500b2c74b3b1d2675dc9cc25413541a49f"
    ),
    DataFile(
        "config/intra_gcp.json", 489, "a4f3293f3e973b5c682f270dca8c008a485cecd9bc440d41e4364c196211cfae"
    ),
)

DATA = DataSet(
    name="cloudcast",
    about="prices and throughputs between 71 cloud regions, and five transfers",
    home="https://github.com/gepa-ai/gepa, commit b265bf9c, examples/adrs/cloudcast (measured by Skyplane)",
    licence="MIT",
    files=(
        DataFile("cost.csv.gz", 204_128, "b0f97b744b8f0ba464f1098975a25232f168ff8a2c12bfc09efb1c35e4453eac"),
        DataFile(
            "throughput.csv.gz", 267_085, "2ac4c443a75016d5e1b073bedfb1f4d3d97e728395919a3a9728849fd1adf898"
        ),
        *_CONFIGS,
    ),
    public=tuple(
        PublicFile(name, tuple(f"{_EXAMPLE}/{place}/{name}" for place in _PLACES))
        for name in (_COST, _THROUGHPUT, *(config.path for config in _CONFIGS))
    ),
    recipe=tables,
    download_size=3_100_000,
)
