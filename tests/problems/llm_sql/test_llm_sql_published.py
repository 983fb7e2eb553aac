import gzip
import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.datasets import DataFolder, DataMissing
from problems.llm_sql import PROBLEM, published
from problems.llm_sql.instances import instance
from problems.llm_sql.interface import Answer, Task
from problems.llm_sql.scoring import Reordering
from problems.llm_sql.tables import Table

Solve = Callable[[Task], Answer]

needs_pandas = pytest.mark.skipif(find_spec("pandas") is None, reason="programs of this form need pandas")

ROWS = (("3", "same", "x", "5"), ("4", "same", "y", "3"), ("5", "other", "x", "4"))
CASE = instance("published form", Table(("a", "b", "c", "d"), ROWS, ((3, 0),)))

PUBLIC = '''"""A policy in the public form."""
from __future__ import annotations

import os
import sys

repo_root = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(
    0,
    os.path.join(repo_root, "somewhere"),
)
import pandas as pd
from concurrent.futures import ThreadPoolExecutor
from solver import Algorithm
from utils import Trie, calculate_length


class Evolved(Algorithm):
    def __init__(self, df=None):
        self.df = df

    def reorder(
        self, df, early_stop=0, row_stop=None, col_stop=None, col_merge=[], one_way_dep=[],
        distinct_value_threshold=0.8, parallel=True,
    ):
        assert (early_stop, row_stop, col_stop, distinct_value_threshold) == (100000, 4, 2, 0.7)
        assert list(df.columns) == ["b", "c", "d_a"] and df.dtypes.eq(object).all()
        assert calculate_length("abc") == 9 and Trie().longest_common_prefix("a") == 0
        with ThreadPoolExecutor() as pool:
            assert list(pool.map(len, ["a", "bb"])) == [1, 2]
        WHAT
'''


def public(body: str) -> str:
    return PUBLIC.replace("WHAT", body)


def score(source: str, policy: Callable[[str], Solve]) -> Outcome:
    trusted = Reordering()
    return trusted.measure(CASE, policy(published.adapt(source))(trusted.task(CASE, Limits())))


@needs_pandas
def test_a_source_in_the_public_form_is_measured_unchanged(policy: Callable[[str], Solve]) -> None:
    outcome = score(public('return df.sort_values("b")[["b", "c", "d_a"]], []'), policy)
    # "samex53", "samey34" and "otherx45": four characters are served of 22.
    assert outcome.score == pytest.approx(4 / 22, abs=1e-15)
    assert outcome.metrics["orders"] == 1.0


@needs_pandas
def test_rows_keep_their_own_orders_wherever_they_stand(policy: Callable[[str], Solve]) -> None:
    body = 'return pd.DataFrame([["x", "45", "other"], ["same", "34", "y"], ["x", "53", "same"]]), []'
    outcome = score(public(body), policy)
    assert outcome.metrics["orders"] == 2.0
    assert outcome.score == pytest.approx(1 / 22, abs=1e-15)


@needs_pandas
@pytest.mark.parametrize(
    ("body", "rule", "element"),
    [
        ('df.loc[1, "c"] = "x"; return df, []', "order_out_of_range", ".rows[1]"),
        ("return pd.concat([df[:2], df[:1]]), []", "order_out_of_range", ".rows[2]"),
        ("return df[:2], []", "order_out_of_range", ".rows[2]"),
        ('return df[["b", "c"]], []', "order_out_of_range", ".rows[0]"),
        ("return df * 0, []", "order_out_of_range", ".rows[0]"),
        ("return pd.concat([df, df[:1]]), []", "wrong_rows", ".rows"),
    ],
)
def test_a_frame_of_other_rows_is_refused(
    body: str, rule: str, element: str, policy: Callable[[str], Solve]
) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        score(public(body), policy)
    assert (refusal.value.rule, refusal.value.element) == (rule, element)


@needs_pandas
def test_an_import_within_a_block_is_stood_in_for_as_well(policy: Callable[[str], Solve]) -> None:
    guarded = "try:\n    from utils import Trie, calculate_length\nexcept ImportError:\n    Trie = None"
    source = public("return df, []").replace("from utils import Trie, calculate_length", guarded)
    assert score(source, policy).metrics["orders"] == 1.0


def test_a_program_that_is_no_python_is_told_its_line(policy: Callable[[str], Solve]) -> None:
    with pytest.raises(SyntaxError) as error:
        policy(published.adapt("x = 1\ndef broken(:\n"))
    assert (error.value.filename, error.value.lineno) == ("program", 2)


@pytest.mark.parametrize("source", ["x = 1\n", "class Evolved:\n    pass\n", "Evolved = 3\n"])
def test_a_program_without_the_class_is_told_so(source: str, policy: Callable[[str], Solve]) -> None:
    with pytest.raises(TypeError, match="defines `class Evolved` with `reorder`"):
        policy(published.adapt(source))


def test_the_published_table_is_read_as_text(beer: Instance) -> None:
    table = beer.data
    assert (beer.name, len(table.rows), len(table.columns)) == ("beer", 28_479, 9)
    assert table.rows[0] == (
        "hopdog", "1157587200", "13/20", "6/10", "3/5", "4/5",
        "John Harvards Simcoe IPA", "India Pale Ale (IPA)", "63836",
    )  # fmt: skip
    assert table.merged == ((8, 6),)
    assert table.determines == ()


@pytest.mark.parametrize(
    ("rate", "lb", "sd"),
    [(0.0, 0.0, 0.0), (0.0696325852726434, 0.0, 0.06615), (0.79107, 73.6663, 0.75152), (1.0, 95.0, 0.95)],
)
def test_dialects_are_the_quality_parts_of_the_public_formulas(rate: float, lb: float, sd: float) -> None:
    case = Instance(name="a", group="a", block="a", digest="a", data=())
    found = published.dialects([case], [Outcome(score=rate, metrics={"hit_rate": rate})])
    assert found["lb"] == pytest.approx(lb, abs=5e-4)
    assert found["sd"] == pytest.approx(sd, abs=5e-6)


def test_dialects_refuse_a_set_that_is_not_measured_whole() -> None:
    case = Instance(name="a", group="a", block="a", digest="a", data=())
    with pytest.raises(ValueError, match="outcome for each of 2 instances, but got 0"):
        published.dialects([case, case], [])


def test_missing_data_is_said_and_never_scored(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"llm_sql/beer\.csv\.gz is needed"):
        published.load(DataFolder(tmp_path))


def folder(root: Path, content: bytes, listed: bytes | None = None) -> DataFolder:
    (root / "llm_sql").mkdir()
    (root / published.FILE).write_bytes(content)
    digest = hashlib.sha256(content if listed is None else listed).hexdigest()
    (root / "llm_sql" / "SHA256SUMS").write_text(f"{digest}  beer.csv.gz\n")
    return DataFolder(root)


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"beer\.csv\.gz has checksum"):
        published.load(folder(tmp_path, b"other", listed=b"published"))


HEADER = ",".join(published.COLUMNS)


@pytest.mark.parametrize(
    "content",
    [
        b"no gzip",
        gzip.compress(f"{HEADER}\n".encode() * 99)[:40],
        gzip.compress(b""),
        gzip.compress(b"\xff\xfe"),
        gzip.compress(b"a,b\n1,2\n"),
        gzip.compress(f"{HEADER}\n1,2,3,4,5,6,7,8,9\n".encode()),
        gzip.compress(f"{HEADER}\n1,2,3\n".encode()),
    ],
    ids=["no gzip", "cut short", "empty", "no text", "other columns", "too few rows", "short row"],
)
def test_a_file_of_another_form_is_named(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(
        DataMissing, match=r"beer\.csv\.gz was expected to hold 28479 rows of review/profileName"
    ):
        published.load(folder(tmp_path, content))


def test_a_file_of_other_columns_is_told_by_its_header(tmp_path: Path) -> None:
    content = gzip.compress(f"{HEADER}x\n".encode())
    with pytest.raises(DataMissing, match=r"expected the columns above, but got .'review/profileName'"):
        published.load(folder(tmp_path, content))


def test_the_problem_offers_adapter_and_dialects() -> None:
    assert PROBLEM.published_form is not None
    assert PROBLEM.published_form.adapt is published.adapt
    assert "pandas" in PROBLEM.published_form.modules
    assert PROBLEM.dialects is published.dialects
