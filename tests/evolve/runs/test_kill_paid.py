"""kill -9 under load, with a model that bills: no reply is lost or paid twice, and the ledger is the bill."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import Law
from evolve.runs.callbook import waiting_calls
from evolve.runs.events import ASKED, REPLIED, RESUMED
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.requests import read_request
from evolve.runs.store import Store
from problems.registry import get

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("toy")]

EVALS = 24
LAW = Law(seed=5, delay_s=0.05, stable=True, misbehaviour={"drop": 0.04, "garbage": 0.02, "rate_limit": 0.06})
PRICES = '[prices."local"]\ninput = 0.4\noutput = 1.6\n'


@dataclass(frozen=True)
class Bought:
    """What a run's log says it bought.

    Attributes:
        replies: Digest of the messages and dollars of every reply, by step.
        doubts: Digest of the messages and reserved dollars of every call in doubt.
    """

    replies: Mapping[int, tuple[str, float]]
    doubts: list[tuple[str, float]]
    spent_usd: float
    archive: str


def command(verb: str, *words: object, db: Path, folder: Path) -> "subprocess.Popen[bytes]":
    call = [sys.executable, "-m", "evolve", verb, *map(str, words), "--db", str(db)]
    return subprocess.Popen(call, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(served: Served, db: Path, folder: Path) -> "subprocess.Popen[bytes]":
    (folder / "adrs.toml").write_text(PRICES)
    asked = ("--proposer", "llm", "--model", "local", "--api-base", served.url)
    flight = ("--window", 24, "--calls", 12, "--workers", 2, "--max-evals", EVALS)
    return command("run", "toy-order", *asked, *flight, "--name", "run", db=db, folder=folder)


def bought(db: Path) -> Bought:
    with Store.open(db, create=False) as store:
        digests: dict[int, str] = {}
        replies: dict[int, tuple[str, float]] = {}
        doubts: list[tuple[str, float]] = []
        for event in store.events("run"):
            request = read_request(event.body, store.text) if event.kind == ASKED else None
            if request is not None and event.step is not None:
                text = f"{request.system}\n{request.prompt}"
                digests[event.step] = hashlib.sha256(text.encode()).hexdigest()
            if event.kind == REPLIED and event.step is not None:
                entry = (digests[event.step], event.body["usd"])
                if "text" in event.body:
                    replies[event.step] = entry
                else:
                    doubts.append(entry)
            if event.kind == RESUMED:
                doubts += [(digests[step], usd) for step, usd, _ in event.body.get("doubts", ())]
        header = Header.read(store, "run")
        state = rebuild(store, "run", header, get("toy-order").axes)
        spent = sum(usd for _, usd in replies.values()) + sum(usd for _, usd in doubts)
        return Bought(replies, doubts, spent, state.archive.digest())


def assert_is_the_bill(found: Bought, served: Served) -> None:
    billed: dict[str, list[float]] = defaultdict(list)
    for call in served.calls():
        if call.billed:
            billed[call.digest].append(call.cost_usd)
    total = sum(sum(costs) for costs in billed.values())
    for digest, usd in found.replies.values():
        billed[digest].remove(next(cost for cost in billed[digest] if abs(cost - usd) < 1e-12))
    lost = [(digest, cost) for digest, costs in billed.items() for cost in costs]
    reserves = sorted(found.doubts)
    for (
        digest,
        cost,
    ) in lost:  # whatever was billed and did not arrive is a call in doubt, at its full reserve
        match = next(entry for entry in reserves if entry[0] == digest)
        assert cost <= match[1]
        reserves.remove(match)
    received = sum(usd for _, usd in found.replies.values())
    assert received + sum(cost for _, cost in lost) == pytest.approx(total, abs=1e-9)


@pytest.fixture(scope="module")
def whole(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bought]:
    folder = tmp_path_factory.mktemp("whole")
    with serving(LAW) as served:
        assert run(served, folder / "runs.db", folder).wait(timeout=120) in {0, 1}
        found = bought(folder / "runs.db")
        assert_is_the_bill(found, served)
        yield found


def kill_and_resume(after_s: float, folder: Path, whole: Bought) -> None:
    db = folder / "runs.db"
    with serving(LAW) as served:
        process = run(served, db, folder)
        deadline = time.monotonic() + 30
        while not served.calls() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Store.open(db, create=False) as store:
            arrived = {s: row.reply["text"] for s, row in waiting_calls(store, "run").items()
                       if row.reply is not None and "text" in row.reply}  # fmt: skip
        assert command("resume", "run", db=db, folder=folder).wait(timeout=120) in {0, 1}
        found = bought(db)
        assert_is_the_bill(found, served)
        with Store.open(db, create=False) as store:
            texts = {e.step: e.body.get("text") for e in store.events("run", kinds=(REPLIED,))}
            assert waiting_calls(store, "run") == {}
        assert {step: texts[step] for step in arrived} == arrived
        assert found.archive == whole.archive


@pytest.mark.parametrize("moment", range(20))
def test_a_kill_at_a_random_moment_loses_no_reply_and_no_cent(
    moment: int, whole: Bought, tmp_path: Path
) -> None:
    kill_and_resume(random.Random(moment).uniform(0.0, 4.0), tmp_path, whole)
