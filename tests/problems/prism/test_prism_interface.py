import ast
import types
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.prism import interface
from problems.prism.bound import Fleet
from problems.prism.interface import FULL, Model, Task, demand, kvpr, value

TASK = Task(2, 80, (Model(20, 6, 5), Model(40, 9, 5), Model(20, 3, 5)), 0.2)


def test_pressure_is_summed_demand_over_what_is_left() -> None:
    assert demand(TASK.models[0]) == 1.2
    assert kvpr(TASK, [0]) == 1.2 / 60
    assert kvpr(TASK, (0, 1)) == 3.0 / 20


def test_an_empty_gpu_is_under_no_pressure_and_a_full_one_under_most() -> None:
    assert kvpr(TASK, ()) == 0.0
    assert kvpr(TASK, (0, 1, 2)) == FULL == 1e6


def test_the_value_is_that_of_the_gpu_under_the_highest_pressure() -> None:
    assert value(TASK, {0: (0, 2), 1: (1,)}) == 1.8 / 40
    assert value(TASK, {1: (1, 0, 2)}) == FULL
    assert value(TASK, {}) == 0.0


@given(
    models=st.lists(
        st.builds(Model, st.integers(1, 20), st.integers(1, 9), st.integers(1, 9)), min_size=4, max_size=4
    ),
    order=st.permutations(range(4)),
)
def test_the_value_is_the_exact_one_but_for_rounding(models: list[Model], order: list[int]) -> None:
    task = Task(2, 80, tuple(models), 0.2)
    placed = order[:2], order[2:]
    exact = Fleet.of(2, models).value(placed)
    # Two roundings of relative 1.1e-16 each, and one in every demand.
    assert value(task, dict(enumerate(placed))) == pytest.approx(float(exact), rel=1e-15)


def test_interface_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(interface.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"collections.abc", "dataclasses", "math", "typing"}


def test_interface_runs_as_a_module_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("interface")
    monkeypatch.setitem(__import__("sys").modules, "interface", module)  # dataclasses look their module up
    exec(Path(interface.__file__).read_text(encoding="utf-8"), module.__dict__)
    assert module.value(TASK, {0: (0,)}) == 0.02


def test_tasks_and_answers_survive_the_wire() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(TASK), type=Task) == TASK
    text = msgspec.json.encode({0: [1, 0], 1: ()})
    assert msgspec.json.decode(text, type=interface.Answer) == {0: (1, 0), 1: ()}


@pytest.mark.parametrize(
    "text", ['{"a":[0]}', '{"0.5":[0]}', '{"0":[0.5]}', '{"0":[true]}', '{"0":0}', "[[0]]", "null"]
)
def test_what_is_no_placement_by_type_does_not_decode(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=interface.Answer)
