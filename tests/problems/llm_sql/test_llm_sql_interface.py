import ast
import types
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.llm_sql import interface
from problems.llm_sql.interface import Answer, Task, answered, common_prefix, hit_rate, hits, texts, units

TEXTS = st.lists(st.text(alphabet="abé", max_size=7), max_size=12)


def table(*rows: tuple[str, ...], merged: tuple[tuple[int, ...], ...] = ()) -> Task:
    names = tuple(f"column {k}" for k in range(len(rows[0])))
    return Task(columns=names, rows=rows, merged=merged, determines=(), cpu_s=1.0)


def shared(first: str, second: str) -> int:
    differing = (k for k, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    return next(differing, min(len(first), len(second)))


def by_the_definition(written: Sequence[str]) -> int:
    """Of each text the longest prefix that is a prefix of any earlier one."""
    return sum(
        max((shared(text, earlier) for earlier in written[:k]), default=0) for k, text in enumerate(written)
    )


@given(written=TEXTS)
@settings(max_examples=200, deadline=None)
def test_hits_are_those_of_the_published_definition(written: list[str]) -> None:
    assert hits(written) == by_the_definition(written)


@given(written=TEXTS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_rows_changes_no_hit_rate(written: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(written))
    assert by_the_definition(shuffled) == by_the_definition(written)


@given(written=TEXTS)
@settings(max_examples=100, deadline=None)
def test_misses_are_the_nodes_of_the_trie(written: list[str]) -> None:
    nodes = {text[:end] for text in written for end in range(1, len(text) + 1)}
    assert sum(map(len, written)) - hits(written) == len(nodes)


@given(first=st.text(alphabet="ab", max_size=9), second=st.text(alphabet="ab", max_size=9))
@settings(max_examples=200, deadline=None)
def test_a_common_prefix_is_as_long_as_it_can_be(first: str, second: str) -> None:
    assert common_prefix(first, second) == shared(first, second)


def test_characters_are_counted_and_not_bytes() -> None:
    # In UTF-8 both letters begin with the same byte, which is no hit.
    assert hits(["é", "è"]) == 0
    assert hit_rate(table(("éé",), ("éé",)), Answer(orders=((0,),), rows=(0, 0))) == 0.5


def test_rows_are_written_in_their_own_orders_without_a_separator() -> None:
    answer = Answer(orders=((0, 1), (1, 0)), rows=(1, 0))
    assert texts((("a", "b"), ("c", "")), answer) == ["ba", "c"]


def test_a_table_without_characters_has_no_hits() -> None:
    assert hit_rate(table(("", "")), answered([(0, 1)])) == 0.0


def test_answers_tell_each_order_once() -> None:
    answer = answered([[0, 1], (1, 0), (0, 1)])
    assert answer == Answer(orders=((0, 1), (1, 0)), rows=(0, 1, 0))


def test_units_are_single_columns_and_then_merged_groups() -> None:
    assert units(table(("a", "b", "c", "d"), merged=((3, 1),))) == ((0,), (2,), (3, 1))


def test_interface_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(interface.__file__).read_text(encoding="utf-8"))
    assert {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} == {
        "collections.abc",
        "dataclasses",
        "itertools",
    }
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_interface_runs_as_a_module_of_its_own() -> None:
    module = types.ModuleType("interface")
    exec(Path(interface.__file__).read_text(encoding="utf-8"), module.__dict__)
    assert module.hits(["ab", "ac"]) == 1


def test_tasks_and_answers_survive_the_wire() -> None:
    task = table(("a", "é"), ("", "b"), merged=((1, 0),))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(task), type=Task) == task
    answer = Answer(orders=((1, 0),), rows=(0, 0))
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer) == answer


@pytest.mark.parametrize("body", [b'{"orders":[[0,1.5]],"rows":[0]}', b'{"orders":[[0,true]],"rows":[0]}'])
def test_an_answer_of_other_numbers_is_no_answer(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Answer)
