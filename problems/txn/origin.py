"""Where the published workloads are public, and how they are read out of the program that holds them."""

import ast
import json
from collections.abc import Mapping

from problems.origins import DataFile, DataSet, PublicFile

_EXAMPLE = (
    "https://raw.githubusercontent.com/skydiscover-ai/skydiscover/59643ef8/benchmarks/ADRS/txn_scheduling"
)
_PROGRAM = "workloads.py"
_NAMES = ("WORKLOAD_1", "WORKLOAD_2", "WORKLOAD_3")


def workloads(public: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Reads the workloads as texts, without running the program: each is JSON, transactions by name.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: It is no program, or lacks a workload.
    """
    try:
        module = ast.parse(public[_PROGRAM])
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"{_PROGRAM} is no program") from error
    texts = {
        target.id: json.loads(ast.literal_eval(statement.value))
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in _NAMES
    }
    return {"workloads.json": json.dumps({name: list(texts[name].values()) for name in _NAMES}).encode()}


DATA = DataSet(
    name="txn",
    about="three workloads of 100 transactions",
    home="https://github.com/skydiscover-ai/skydiscover, commit 59643ef8, benchmarks/ADRS/txn_scheduling",
    licence="Apache-2.0",
    files=(
        DataFile(
            "workloads.json", 13_953, "9ab6ff8f84e81f2df6f61267983fc0f4ef603720b2995e3a5f5782c662fea215"
        ),
    ),
    public=(
        PublicFile(_PROGRAM, tuple(f"{_EXAMPLE}/{place}/{_PROGRAM}" for place in ("evaluator", "eval"))),
    ),
    recipe=workloads,
    download_size=20_000,
)
