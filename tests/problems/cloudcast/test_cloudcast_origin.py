import csv
import gzip
import hashlib
import io

import pytest

from problems.cloudcast import origin
from problems.datasets import DataFolder

COST = b"src,dest,cost\naws:a,gcp:b,0.09\n"
THROUGHPUT = b"""time,src_region,dst_region,src_tier,throughput_sent,log
2022-11-01,aws:a,gcp:b,PREMIUM,4967291935.167428,"fast, and well"
2022-11-01,aws:a,aws:a,PREMIUM,9e9,
2022-11-02,gcp:b,aws:a,PREMIUM,5034809305.815715,
"""


def test_of_the_throughputs_three_columns_are_kept_as_they_are_written() -> None:
    made = origin.tables({"profiles/cost.csv": COST, "profiles/throughput.csv": THROUGHPUT})
    assert made["throughput.csv.gz"] == (
        b"src_region,dst_region,throughput_sent_bps\n"
        b"aws:a,gcp:b,4967291935.167428\n"
        b"gcp:b,aws:a,5034809305.815715\n"
    )


def test_prices_and_transfers_are_kept_as_they_are() -> None:
    public = {
        "profiles/cost.csv": COST,
        "profiles/throughput.csv": THROUGHPUT,
        "config/intra_aws.json": b"{ }\n",
    }
    made = origin.tables(public)
    assert made["cost.csv.gz"] == COST
    assert made["config/intra_aws.json"] == b"{ }\n"


@pytest.mark.parametrize("table", [b"a,b\n1,2\n", b"\xff\xfe", b'"src_region\n'])
def test_throughputs_that_are_none_are_refused(table: bytes) -> None:
    with pytest.raises((ValueError, LookupError)):
        origin.tables({"profiles/cost.csv": COST, "profiles/throughput.csv": table})


def test_the_measured_tables_come_out_of_ones_with_more_columns(data: DataFolder) -> None:
    place = data.root / "cloudcast"
    kept = csv.DictReader(io.StringIO(gzip.decompress((place / "throughput.csv.gz").read_bytes()).decode()))
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["log", "src_region", "dst_region", "throughput_sent"])
    rows.writerows(["x", *row.values()] for row in kept)
    public = {file.path: (place / file.path).read_bytes() for file in origin.DATA.files}
    public["profiles/cost.csv"] = gzip.decompress((place / "cost.csv.gz").read_bytes())
    public["profiles/throughput.csv"] = out.getvalue().encode()
    made = origin.tables(public)
    for file in origin.DATA.files:
        assert hashlib.sha256(made[file.path]).hexdigest() == file.sha256
