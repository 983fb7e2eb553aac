"""Workers: replaced when they die, trusted with time-outs only when alone, gone with their parent."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from evaluators.cache import Cache, _digest
from evaluators.job import Job, Measured
from evaluators.pool import Pool
from evaluators.values import Measurement, Usage
from evaluators.worker import staged
from problems.base import Split
from problems.datasets import DataMissing
from problems.registry import get
from sandbox import Mode
from sandbox.faults import FaultKind

pytestmark = pytest.mark.usefixtures("toy")

LOOPS = "def solve(task):\n    while True: pass\n"
SLEEPS = "import time\ndef solve(task):\n    time.sleep(60)\n"


@pytest.fixture
async def pool(toy: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    monkeypatch.setenv("ADRS_DATA", "/nowhere")
    async with Pool.started("toy-order", workers=2, mode=Mode.AUTO, cpu_scale=2.0) as started:
        yield started


def job(source: str = "", split: Split = Split.SEARCH, *, groups: int = 2, patience: int = 0) -> Job:
    chosen = source or get("toy-order").baselines[1].source
    return Job(chosen, "toy-order", "generated", split, tuple(range(groups)), patience)


async def test_jobs_run_side_by_side(pool: Pool) -> None:
    sources = [f"{get('toy-order').baselines[1].source}\n# {i}" for i in range(6)]
    found = await asyncio.gather(*(pool.measure(job(source)) for source in sources))
    assert all(m.groups == found[0].groups for m in found)
    assert all(m.usage.wall_s > 0 for m in found)


async def test_what_was_measured_is_not_measured_again(pool: Pool) -> None:
    first = await pool.measure(job())
    again = await pool.measure(job())
    assert again.groups == first.groups
    assert again.usage == Usage()


async def test_a_worker_that_dies_is_replaced_and_its_job_done_again(pool: Pool) -> None:
    for worker in pool._workers:
        os.kill(worker.process.pid, signal.SIGKILL)
    found = await asyncio.gather(pool.measure(job()), pool.measure(job("def solve(task): return 1")))
    assert found[0].groups[0][0].fault is None
    assert found[1].groups[0][0].fault is not None


@pytest.mark.parametrize(("source", "rule"), [(LOOPS, "cpu_limit"), (SLEEPS, "wall_limit")])
async def test_a_policy_that_never_ends_is_stopped_by_patience(pool: Pool, source: str, rule: str) -> None:
    found = await pool.measure(job(source, groups=3, patience=1))
    assert len(found.groups) == 1
    fault = found.groups[0][0].fault
    assert fault is not None
    assert (fault.kind, fault.rule) == (FaultKind.TIMED_OUT, rule)


async def test_without_patience_every_group_is_measured(pool: Pool) -> None:
    found = await pool.measure(job(LOOPS, groups=3))
    assert len(found.groups) == 3


async def test_a_group_that_ran_out_of_time_is_measured_again_alone(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, asked, ask = 0, list[tuple[tuple[int, ...], int]](), Pool._measure

    async def watched(self: Pool, wanted: Job) -> Measured:
        nonlocal busy
        busy += 1
        asked.append((wanted.groups, busy))
        try:
            return await ask(self, wanted)
        finally:
            busy -= 1

    monkeypatch.setattr(Pool, "_measure", watched)
    found = await pool.measure(job(LOOPS, groups=1))
    assert asked == [((0,), 1), ((0,), 1)]
    assert found.usage.cpu_s > 2 * get("toy-order").limits[Split.SEARCH].solve_cpu_s


async def test_faults_of_time_are_not_remembered(pool: Pool) -> None:
    await pool.measure(job(LOOPS, groups=1))
    assert (await pool.measure(job(LOOPS, groups=1))).usage.cpu_s > 0


async def test_a_cancelled_job_does_not_answer_the_next_one(pool: Pool) -> None:
    tasks = [asyncio.create_task(pool.measure(job(LOOPS + f"# {i}", groups=1))) for i in range(2)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await pool.measure(job())).groups[0][0].fault is None


async def test_missing_data_is_ours_and_names_the_file(pool: Pool) -> None:
    with pytest.raises(DataMissing, match="ADRS_DATA"):
        await pool.measure(job(split=Split.PUBLISHED, groups=1))


async def test_a_pool_that_ends_leaves_no_process(toy: object) -> None:
    async with Pool.started("toy-order", workers=2, mode=Mode.AUTO, cpu_scale=2.0) as started:
        pids = [worker.process.pid for worker in started._workers]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_groups_that_look_alike_keep_their_own_names(toy: object) -> None:
    # Two measured windows may be equal; the second must not come back under the name and block of the first.
    stage = staged("toy-order", "generated", Split.SEARCH)
    twin = (replace(stage[0][0], name="twin", group="twin", block="twin"),)
    found = (Measurement(stage[0][0].name, stage[0][0].group, stage[0][0].block, 0.5, {}),)
    cache = Cache()
    cache.put(job(groups=1), Mode.FULL, (found,))
    assert cache.get(job(groups=1), Mode.FULL) == (found,)
    assert _digest(twin) != _digest(stage[0])
