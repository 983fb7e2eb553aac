"""No known cheat pays: each is measured in the sandbox, and scores no better than honest work."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

import pytest
from _pytest.mark import ParameterSet

from evaluators.drive import Bench
from evaluators.job import Job
from evaluators.values import Measurement
from evaluators.worker import measure, open_bench, staged
from problems.base import Problem, Split
from problems.registry import get
from sandbox import ForkServer, Mode, Runtime
from tests.redteam.cheats import PROBLEMS, Cheat, generic, specific

CHEATS = (*specific(), *generic())
ROUNDING = 1e-12

BenchOf = Callable[[Problem], Bench]


@pytest.fixture(scope="module")
def bench_of() -> Iterator[BenchOf]:
    """Opens a bench for a problem, on one fork server for all that preload the same."""
    servers: dict[tuple[str, ...], ForkServer] = {}
    benches: dict[str, Bench] = {}

    def bench_of(problem: Problem) -> Bench:
        form = problem.published_form
        modules = tuple(m for m in (form.modules if form else ()) if find_spec(m))
        preload = (*problem.limits[Split.SEARCH].preload, *modules)
        if preload not in servers:
            servers[preload] = ForkServer.start(Mode.AUTO, runtime=Runtime(preload))
        if problem.name not in benches:
            benches[problem.name] = open_bench(problem, servers[preload], 2.0)
        return benches[problem.name]

    yield bench_of
    for server in servers.values():
        server.close()


def measured(bench: Bench, problem: Problem, source: str, split: Split) -> list[Measurement]:
    groups = tuple(range(len(staged(problem.name, "generated", split))))
    found = measure(bench, Job(source, problem.name, "generated", split, groups))
    return [m for group in found.groups for m in group]


def mean(measurements: Sequence[Measurement]) -> float:
    return sum(m.score for m in measurements) / len(measurements)


def check(cheat: Cheat, bench_of: BenchOf, split: Split) -> None:
    problem, source = get(cheat.problem), cheat.source
    if cheat.published:
        form = problem.published_form
        assert form is not None, f"{problem.name} has no published form"
        missing = [module for module in form.modules if find_spec(module) is None]
        if missing:
            pytest.skip(f"programs of this form need {', '.join(missing)}, which is not installed")
        source = form.adapt(source)
    bench = bench_of(problem)
    found = measured(bench, problem, source, split)
    honest = measured(bench, problem, cheat.honest.source, split)
    faults = [m.fault for m in found if m.fault is not None]
    assert mean(found) <= mean(honest) + ROUNDING
    assert all(m.score == 0.0 for m in found if m.fault is not None)
    assert all(fault.message for fault in faults)
    if cheat.kinds:
        assert faults
        assert {str(fault.kind) for fault in faults} <= cheat.kinds
    elif cheat.rules:
        assert {fault.rule for fault in faults} & cheat.rules, [f"{f.rule}: {f.message}" for f in faults[:3]]
        assert {fault.rule for fault in faults} <= cheat.rules
    else:
        assert not faults, [f"{fault.rule}: {fault.message}" for fault in faults[:3]]


def params(*, slow: bool) -> list[ParameterSet]:
    return [pytest.param(cheat, id=cheat.name) for cheat in CHEATS if cheat.slow == slow]


@pytest.mark.parametrize("cheat", params(slow=False))
def test_a_cheat_gains_nothing_on_smoke(cheat: Cheat, bench_of: BenchOf) -> None:
    check(cheat, bench_of, Split.SMOKE)


@pytest.mark.slow
@pytest.mark.parametrize("cheat", params(slow=True))
def test_a_cheat_that_takes_its_time_gains_nothing_on_smoke(cheat: Cheat, bench_of: BenchOf) -> None:
    check(cheat, bench_of, Split.SMOKE)


@pytest.mark.slow
@pytest.mark.parametrize("cheat", params(slow=False))
def test_a_cheat_gains_nothing_on_search(cheat: Cheat, bench_of: BenchOf) -> None:
    check(cheat, bench_of, Split.SEARCH)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_cheats_of_its_own(name: str) -> None:
    assert len([c for c in CHEATS if c.problem == name]) >= 10
