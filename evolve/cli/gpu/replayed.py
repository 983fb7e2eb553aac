"""What is replayed: a run's champion and the baselines, or a problem's baselines, and what they decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluators.calibration import cpu_scale
from evaluators.decisions import Decided, decided, opened
from evaluators.gpu.twins import REPLAYED, names
from evaluators.gpu.verdict import Case
from evolve.cli.exits import Misuse, say
from evolve.cli.names import mode_named
from evolve.cli.run_names import run_named
from evolve.runs.header import Header
from evolve.runs.history import champion_source
from evolve.runs.setting import Setting
from evolve.runs.store import Store
from problems.registry import names as problem_names

CHAMPION = "champion"


@dataclass(frozen=True, slots=True)
class Champion:
    """What a run found so far."""

    step: int
    source: str


def subject(db: Path, name: str) -> tuple[Setting, Champion | None]:
    """Finds what a run or a problem has to replay, and the champion of a run.

    Raises:
        Misuse: The problem decides no kernels, or the run has no champion.
    """
    if name in problem_names():
        return _setting(name, "generated"), None
    with Store.open(db, create=False) as store:
        spec = Header.read(store, run_named(name)).spec
        champion = champion_source(store, name)
    setting = _setting(spec.problem, spec.workload)
    if champion is None:
        raise Misuse(f"run {name!r} has no champion yet; let it go on with: adrs resume {name}")
    return setting, Champion(*champion)


def _setting(problem: str, workload: str) -> Setting:
    if problem not in names():
        raise Misuse(
            f"problem {problem!r} has no twin on a GPU: nothing that it decides is a kernel; "
            f"those that have one: {', '.join(names())}"
        )
    return Setting.load(problem, workload, [REPLAYED])


def decisions(
    setting: Setting, champion: Champion | None, sandbox: str, places: int | None = None
) -> dict[str, Sequence[Decided]]:
    """Has the champion and every baseline decide, and leaves out those that fail.

    Raises:
        Misuse: All of them do.
    """
    problem, instances = setting.problem, setting.stages[REPLAYED][:places]
    every = {} if champion is None else {CHAMPION: champion.source}
    every |= {baseline.name: baseline.source for baseline in problem.baselines}
    found = dict[str, Sequence[Decided]]()
    with opened(problem, REPLAYED, mode=mode_named(sandbox), cpu_scale=cpu_scale()) as bench:
        for name, source in every.items():
            answers = decided(problem, source, instances, REPLAYED, bench)
            fault = next((a.measurement.fault for a in answers if a.measurement.fault is not None), None)
            if fault is None:
                found[name] = answers
            else:
                say(f"{name} fails and is left out: {fault.message}")
    if not found:
        raise Misuse("no policy is without a fault on these instances, so there is nothing to replay")
    return found


def ranked(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    """Groups cases by policy, the highest measured value first."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.policy, []).append(case)
    return sorted(found.items(), key=lambda item: -sum(case.measured for case in item[1]) / len(item[1]))
