"""A policy that runs a program of the public harness: `class Evolved` with `reorder`, on data frames.

`published.adapt` appends one line to this text: `PROGRAM = evolved(...)` with the program in it. The program
imports stand-ins for the public modules, defined here; pools of threads and processes, which the sandbox has
none of, work in turn.
"""

import concurrent.futures
import contextlib
import importlib
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from interface import Answer, Task, units  # type: ignore[import-not-found]  # its name in the child

PROGRAM: Any = None


class InTurn(concurrent.futures.Executor):
    """A pool that does its work at once, in the caller."""

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as any pool
        """Calls, and gives a future that is done."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            future.set_result(call(*arguments, **options))
        except Exception as error:  # noqa: BLE001 - as any pool: the error is the future's
            future.set_exception(error)
        return future


def calculate_length(value: object) -> int:
    """The public worth of a cell: its squared length, and 16 for a truth value."""
    if isinstance(value, bool):
        return 16
    return len(str(value)) ** 2 if isinstance(value, int | float | str) else 0


class Algorithm:
    """The class that public programs derive from."""

    calculate_length = staticmethod(calculate_length)

    def __init__(self, df: Any = None) -> None:  # noqa: ANN401 - as public programs call it
        self.df = df

    @staticmethod
    def get_groups_values(df: Any) -> Any:  # noqa: ANN401 - as above
        """Counts the values of all cells."""
        return {} if df.empty else df.stack().value_counts()

    @staticmethod
    def drop_col(df: Any, col: str) -> Any:  # noqa: ANN401 - as above
        """Leaves a column out."""
        return df.drop(columns=[col])

    @staticmethod
    def drop_rows(df: Any, rows: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        """Leaves rows out."""
        return df.drop(index=rows)

    @staticmethod
    def merging_columns(
        df: Any,  # noqa: ANN401 - as above
        col_names: Sequence[str],
        delimiter: str = "_",
        prepended: bool = False,
    ) -> Any:  # noqa: ANN401 - as above
        """Joins columns into one, behind the others."""
        joined = df[list(col_names)].astype(str).agg("".join, axis=1)
        return df.drop(columns=list(col_names)).assign(**{delimiter.join(col_names): joined})


class TrieNode:
    """A letter."""

    def __init__(self) -> None:
        self.children: dict[str, TrieNode] = {}
        self.end_of_word = False


class Trie:
    """Texts, by their letters."""

    def __init__(self) -> None:
        self.root = TrieNode()

    def insert(self, word: str) -> None:
        """Takes a text in."""
        node = self.root
        for letter in word:
            node = node.children.setdefault(letter, TrieNode())
        node.end_of_word = True

    def longest_common_prefix(self, word: str) -> int:
        """Length of the longest prefix that some text begins with."""
        node, length = self.root, 0
        for letter in word:
            if letter not in node.children:
                break
            node, length = node.children[letter], length + 1
        return length


def evaluate_df_prefix_hit_cnt(df: Any) -> tuple[int, float]:  # noqa: ANN401 - as above
    """Characters served, and their share in percent."""
    trie, served, total = Trie(), 0, 0
    for row in df.fillna("").astype(str).itertuples(index=False, name=None):
        text = "".join(row)
        served, total = served + trie.longest_common_prefix(text), total + len(text)
        trie.insert(text)
    return served, 100 * served / total if total else 0.0


def evolved(program: str) -> type:
    """Executes a program, which must define `class Evolved` with `reorder`."""
    _stand_in()
    module = types.ModuleType("program")
    module.__file__ = "program.py"  # programs look for the harness beside themselves
    sys.modules["program"] = module
    exec(compile(program, "program", "exec"), module.__dict__)  # noqa: S102 - a candidate, executed in its own child
    found = getattr(module, "Evolved", None)
    if not isinstance(found, type) or not hasattr(found, "reorder"):
        raise TypeError(
            "a program in the public form defines `class Evolved` with `reorder`, but this one does not"
        )
    return found


def _stand_in() -> None:
    """Puts modules with the public names where the program's imports find them."""
    concurrent.futures.ThreadPoolExecutor = InTurn  # type: ignore[assignment,misc]
    concurrent.futures.ProcessPoolExecutor = InTurn  # type: ignore[assignment,misc]
    tools = (Trie, TrieNode, calculate_length, evaluate_df_prefix_hit_cnt)
    for name, contents in (("solver", (Algorithm,)), ("utils", tools)):
        module = types.ModuleType(name)
        module.__dict__.update({thing.__name__: thing for thing in contents})
        sys.modules[name] = module


def solve(task: Task) -> Answer:
    """Asks the program as its harness does, and finds the order of every row in what comes back.

    Rows that come back changed, or not at all, keep -1: no order, which the evaluator refuses by its rule.
    """
    joined = units(task)
    cells = [tuple("".join([row[c] for c in unit]) for unit in joined) for row in task.rows]
    names = ["_".join([task.columns[c] for c in unit]) for unit in joined]
    returned = _returned(cells, names)
    waiting: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(cells):
        waiting.setdefault(tuple(sorted(row)), []).append(index)
    places: dict[tuple[int, ...], int] = {}
    rows = [-1] * max(len(cells), len(returned))
    for found in returned:
        same = waiting.get(tuple(sorted(found)))
        if same:
            index = same.pop()
            rows[index] = places.setdefault(_order(found, cells[index], joined), len(places))
    return Answer(orders=tuple(places), rows=tuple(rows))


def _returned(cells: Sequence[tuple[str, ...]], names: Sequence[str]) -> list[tuple[str, ...]]:
    """The rows of the frame that the program gives back, as text.

    Columns of text are of type object, as they were in pandas when the programs of this form were written:
    the newer type keeps its text in an arena of Arrow's, for which a policy's memory need not suffice.
    """
    pandas = importlib.import_module("pandas")
    with warnings.catch_warnings(), contextlib.suppress(KeyError):
        warnings.simplefilter("ignore")
        pandas.set_option("future.infer_string", False)
    returned = PROGRAM().reorder(
        pandas.DataFrame(cells, columns=names, dtype=object),
        early_stop=100000,
        distinct_value_threshold=0.7,
        row_stop=4,
        col_stop=2,
        col_merge=[],
    )
    frame = returned[0] if isinstance(returned, tuple) else returned
    return list(frame.fillna("").astype(str).itertuples(index=False, name=None))


def _order(found: Sequence[str], row: Sequence[str], joined: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The columns of a row in the order in which its cells were found; equal cells are interchangeable."""
    order, left = list[int](), list(range(len(joined)))
    for text in found:
        unit = next(k for k in left if row[k] == text)
        left.remove(unit)
        order += joined[unit]
    return tuple(order)
