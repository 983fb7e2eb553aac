"""`adrs gpu` where there is no GPU: one sentence, exit 6, and everything else goes on."""

import shutil
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from evolve.runs.device_checks import NO_DEVICE, Checks, DeviceCheck, check_draft, device_checks
from evolve.runs.store import Store
from problems.registry import get
from tests.evolve.cli.conftest import Adrs

NO_TORCH = pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed here")


def check(**more: object) -> DeviceCheck:
    fields: dict[str, object] = {
        "problem": "eplb",
        "step": None,
        "status": "verified",
        "reason": "the champion leads on the device, too",
        "machine": {"gpu": "NVIDIA H100 80GB HBM3"},
        "device": "NVIDIA H100 80GB HBM3",
        "evidence": True,
        "device_s": 43.9,
        "tau": {"tau": 0.95, "low": 0.93, "high": 0.97, "pairs": 120, "blocks": 8},
        "lead": None,
        "against": "largest_first",
        "unit": "balance",
        "tokens": 4096,
        "rounds": 3,
        "cases": [["champion", "calm, window 3", 0.8, 0.81, 0.006]],
    }
    return DeviceCheck(**{**fields, **more})  # type: ignore[arg-type]


@pytest.fixture
def db(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "copy.db"))


@NO_TORCH
@pytest.mark.parametrize("words", [["bench"], ["bench", "--cpu"], ["calibrate"], ["verify", "eplb"]])
def test_without_torch_a_verb_says_what_to_install(adrs: Adrs, words: list[str]) -> None:
    ended = adrs("gpu", *words)
    assert ended.code == 6
    assert "python -m pip install 'adrs[gpu]'" in ended.err
    assert ended.err.count("\n") == 1


@NO_TORCH
def test_the_doctor_lists_what_is_lacking_and_goes_on(adrs: Adrs) -> None:
    ended = adrs("gpu", "doctor", "--json")
    assert ended.code == 6
    found = {finding["what"]: finding["fine"] for finding in ended.json["findings"]}
    assert found["torch"] is False
    assert found["device"] is False
    assert ended.json["usable"] is False


def test_a_problem_without_kernels_is_refused_with_those_that_have_them(adrs: Adrs) -> None:
    ended = adrs("gpu", "verify", "spot")
    assert ended.code == 2
    assert "eplb, kernel_choice, llm_sql" in ended.err


def test_an_unknown_profile_is_told_those_there_are(adrs: Adrs) -> None:
    ended = adrs("gpu", "predict", "eplb", "--profile", "b300")
    assert ended.code == 6
    assert "recorded: nvidia-h100-80gb-hbm3" in ended.err


def test_no_profile_is_taken_that_was_not_asked_for(adrs: Adrs) -> None:
    ended = adrs("gpu", "predict", "eplb")
    assert ended.code == 2
    assert "expected --profile GPU" in ended.err


def test_only_placements_of_experts_are_predicted(adrs: Adrs) -> None:
    ended = adrs("gpu", "predict", "llm_sql", "--profile", "nvidia-h100-80gb-hbm3")
    assert ended.code == 2
    assert "expected eplb" in ended.err


def test_a_run_that_is_not_there_is_named(adrs: Adrs, db: Path) -> None:
    ended = adrs("gpu", "verify", "nothing", "--db", db)
    assert ended.code == 2
    assert "has no run 'nothing'" in ended.err


def test_the_latest_check_on_a_device_counts_and_a_rehearsal_never_does(db: Path) -> None:
    with Store.open(db, create=False) as store:
        assert str(device_checks(store, "done")) == NO_DEVICE
        for found in (check(status="contradicted"), check(), check(evidence=False, device_s=3.0)):
            store.append("done", [check_draft(found)], at=time.time())
        checks = device_checks(store, "done")
    assert checks.latest == check()
    assert str(checks).endswith("; 2 checks so far: contradicted 1, verified 1")
    assert str(checks.latest) == (
        "verified on NVIDIA H100 80GB HBM3: the champion leads on the device, too; Kendall's tau +0.95; "
        "44 s of the device"
    )
    assert str(check(evidence=False)) == NO_DEVICE


def test_show_tells_the_check_of_the_champion_and_not_of_the_one_before(adrs: Adrs, db: Path) -> None:
    shown = adrs("show", "done", "--db", db, "--json").json
    assert shown["gpu"] is None
    step = shown["champion"]["step"]
    for looked_at, status in ((step - 1, None), (step, "contradicted")):
        with Store.open(db, create=False) as store:
            found = check(step=looked_at, status=status or "verified")
            store.append("done", [check_draft(found)], at=time.time())
        shown = adrs("show", "done", "--db", db, "--json").json
        assert (shown["gpu"] and shown["gpu"]["status"]) == status
    assert shown["gpu_checks"] == ["verified", "contradicted"]


def test_a_verdict_is_of_one_champion_and_says_that_there_are_others() -> None:
    found = Checks((check(step=3), check(step=7, status="contradicted"), check()))
    assert found.of(3).statuses == ("verified",)
    assert found.of(None).statuses == ()
    assert found.told(3).startswith("verified on NVIDIA H100 80GB HBM3: ")
    assert found.told(3).endswith("; the run has 2 other checks")
    assert found.told(9) == f"{NO_DEVICE}; the run has 3 other checks"
    assert Checks((check(step=3),)).told(4) == f"{NO_DEVICE}; the run has another check"
    assert Checks().told(3) == NO_DEVICE


def test_a_verification_tells_what_devices_said(adrs: Adrs, db: Path) -> None:
    (db.parent / "mine.py").write_text(get("kernel_choice").baseline("tutorial").source)
    ended = adrs("verify", "kernel_choice", db.parent / "mine.py", "--evals", "0", "--json", "--db", db)
    assert ended.code == 0, ended.err
    assert ended.json["gpu"] == NO_DEVICE
    assert adrs("show", "done", "--db", db).code == 0
