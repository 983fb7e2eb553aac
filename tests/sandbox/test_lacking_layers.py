"""Machines that lack a layer: what each mode does there, what the command line says, and the advice."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox import Layer, Mode
from tests.sandbox.conftest import Servers
from tests.sandbox.wrappers import CANNOT, wrapped

MODES = """
import json
from sandbox import BARE, ChildLimits, ForkServer, Interface, Mode, SandboxUnavailable

found = {}
limits, interface = ChildLimits(init_cpu_s=5, call_cpu_s=5), Interface("Task = int", "solve", int)
for mode in Mode:
    try:
        with ForkServer.start(mode, runtime=BARE) as server:
            with server.open("def solve(task): return task + 1", interface, limits, seed=0) as child:
                assert child.solve(1) == 2
            found[mode] = {"taken": server.mode, "notes": server.notes}
    except SandboxUnavailable as error:
        found[mode] = {"taken": "", "notes": [str(error)]}
print(json.dumps(found))
"""

ALL = {"auto": "full", "full": "full", "strong": "strong", "weak": "weak", "none": "none"}
NO_NAMESPACES = {"auto": "strong", "full": "", "strong": "strong", "weak": "weak", "none": "none"}
NO_LANDLOCK = {"auto": "", "full": "", "strong": "", "weak": "weak", "none": "none"}
NO_SECCOMP = {"auto": "", "full": "", "strong": "", "weak": "", "none": "none"}
NOTHING = {"auto": "", "full": "", "strong": "", "weak": "", "none": ""}
TAKEN: Mapping[str, Mapping[str, str]] = {
    "no_namespaces": NO_NAMESPACES,
    "no_administrator": NO_NAMESPACES,
    "no_pivot_root": NO_NAMESPACES,
    "namespaces_set_to_zero": NO_NAMESPACES,
    "namespaces_set_to_zero_for_users": NO_NAMESPACES,
    "ordinary_user": ALL,
    "ordinary_user+no_namespaces": NO_NAMESPACES,
    "no_landlock": NO_LANDLOCK,
    "landlock_off": NO_LANDLOCK,
    "no_seccomp": NO_SECCOMP,
    "unknown_machine": NO_SECCOMP,
    "no_proc": NOTHING,
}
"""What comes of each mode that is asked for; nothing where it is refused."""

WHY = {
    "no_namespaces": "namespaces: the system refuses them ([Errno 1] unshare",
    "ordinary_user+no_namespaces": "namespaces: the system refuses them ([Errno 1] unshare",
    "no_administrator": "namespaces: the system refuses them ([Errno 1] unshare",
    "no_pivot_root": "namespaces: no file tree of its own ([Errno 1] pivot_root",
    "namespaces_set_to_zero": "namespaces: the system refuses them ([Errno 28] unshare",
    "namespaces_set_to_zero_for_users": "namespaces: the system refuses them ([Errno 28] unshare",
    "no_landlock": "landlock: the system refuses it ([Errno 38] landlock_create_ruleset",
    "landlock_off": "landlock: the system refuses it ([Errno 95] landlock_create_ruleset",
    "no_seccomp": "seccomp: the system refuses it (seccomp",
    "unknown_machine": "seccomp: no system call numbers are known",
    "no_proc": "/proc is not mounted",
}
HELPS = {
    "no_namespaces": "seccompProfile: {type: Unconfined}, capabilities: {add: [SYS_ADMIN]}",
    "ordinary_user+no_namespaces": "seccompProfile: {type: Unconfined}} for the container",
    "no_administrator": "capabilities: {add: [SYS_ADMIN]}",
    "no_pivot_root": "seccompProfile: {type: Unconfined}",
    "namespaces_set_to_zero": "sysctl -w user.max_",
    "namespaces_set_to_zero_for_users": "sysctl -w user.max_user_namespaces=15000",
    "no_landlock": "allow the three landlock_ calls",
    "landlock_off": "lsm=landlock",
    "no_seccomp": "allow the call seccomp",
    "unknown_machine": "64-bit Python on x86_64 or aarch64",
    "no_proc": "mount -t proc proc /proc",
}
MISSING: Mapping[str, set[str]] = {
    "ordinary_user": set(),
    "ordinary_user+no_namespaces": {"namespaces"},
    "no_namespaces": {"namespaces"},
    "no_administrator": {"namespaces"},
    "no_pivot_root": {"namespaces"},
    "namespaces_set_to_zero": {"namespaces"},
    "namespaces_set_to_zero_for_users": {"namespaces"},
    "no_landlock": {"landlock"},
    "landlock_off": {"landlock"},
    "no_seccomp": {"seccomp"},
    "unknown_machine": {"namespaces", "landlock", "seccomp", "identity"},
    "no_proc": {*Layer},
}
QUICK = ("no_namespaces", "no_landlock", "no_proc", "ordinary_user")
SOME_SLOW = [s if s in QUICK else pytest.param(s, marks=pytest.mark.slow) for s in TAKEN]


@pytest.fixture(autouse=True)
def whole(servers: Servers) -> None:
    """Where a layer is missing from the start, nothing can be taken away to see what it does."""
    servers(Mode.FULL)


def done(setting: str, *command: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    words = wrapped(setting, sys.executable, *map(str, command))
    # The marks of a container decide which engine's options are advised: here always the same.
    environment = {**os.environ, "COLUMNS": "120", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    ended = subprocess.run(words, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
    if ended.returncode == CANNOT:
        pytest.skip(ended.stderr)
    return ended


@pytest.mark.parametrize("setting", SOME_SLOW)
def test_a_mode_is_taken_whole_or_refused_with_why_and_what_helps(setting: str) -> None:
    ended = done(setting, "-c", MODES)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert {mode: what["taken"] for mode, what in found.items()} == TAKEN[setting]
    for what in (what for what in found.values() if not what["taken"]):
        assert WHY[setting] in what["notes"][0]
        assert HELPS[setting] in what["notes"][0]


@pytest.mark.slow
def test_auto_says_why_it_is_not_full() -> None:
    found = json.loads(done("no_namespaces", "-c", MODES).stdout)
    assert found["auto"]["notes"][0].startswith(
        "mode full is not to be had: namespaces: the system refuses them"
    )


def doctor(setting: str, *options: str) -> tuple[int, dict[str, Any]]:
    ended = done(setting, "-m", "evolve", "doctor", "--json", *options)
    found: dict[str, Any] = json.loads(ended.stdout)
    return ended.returncode, found


@pytest.mark.slow
@pytest.mark.parametrize("setting", TAKEN)
def test_the_doctor_finds_what_is_missing_and_what_helps(setting: str) -> None:
    code, found = doctor(setting)
    remedies = {c["layer"]: str(c["remedies"]) for c in found["sandbox"] if c["state"] == "missing"}
    assert remedies.keys() & {*Layer} == MISSING[setting]
    taken = TAKEN[setting]["auto"] or None
    assert (code, found["mode"], found["usable"]) == (0 if taken else 5, taken, bool(taken))
    assert all(HELPS[setting] in remedies[layer] for layer in MISSING[setting])


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "code"), [("full", 5), ("strong", 0), ("weak", 0), ("none", 0)])
def test_the_doctors_exit_code_is_that_of_the_mode_asked_for(mode: str, code: int) -> None:
    ended, found = doctor("no_namespaces", "--sandbox", mode)
    assert ended == code
    assert found["mode"] == (None if code else mode)


@pytest.mark.slow
def test_the_doctor_prints_each_remedy_on_a_line_of_its_own() -> None:
    ended = done("no_landlock", "-m", "evolve", "doctor")
    assert ended.returncode == 5
    lines = ended.stdout.splitlines()
    start = lines.index("what to do about landlock: one of")
    assert lines[start + 1].startswith("- allow the three landlock_ calls")
    assert any(line.startswith("- take --sandbox weak (price: ") for line in lines[start:])
    assert "mode auto cannot be had here: it lacks landlock" in ended.stdout


def measured(setting: str, mode: str, *options: object) -> "subprocess.CompletedProcess[str]":
    words = ("eval", "txn", "--baseline", "identity", "--split", "smoke", "--sandbox", mode)
    return done(setting, "-m", "evolve", *words, *options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "mode"),
    [
        ("no_namespaces", Mode.AUTO),
        ("no_namespaces", Mode.FULL),
        ("no_landlock", Mode.AUTO),
        ("no_landlock", Mode.STRONG),
        ("no_landlock", Mode.WEAK),
        ("no_seccomp", Mode.WEAK),
        ("no_seccomp", Mode.NONE),
        ("no_proc", Mode.NONE),
    ],
)
def test_a_policy_is_measured_in_the_mode_that_was_taken_or_not_at_all(setting: str, mode: Mode) -> None:
    ended, taken = measured(setting, mode, "--json"), TAKEN[setting][mode]
    if taken:
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["sandbox"] == taken
    else:
        assert (ended.returncode, ended.stdout) == (5, "")
        assert WHY[setting] in ended.stderr
        assert ended.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_score_of_a_weaker_mode_is_shown_with_what_that_mode_promises() -> None:
    strong = " ".join(measured("no_namespaces", "auto").stdout.split())
    assert "sandbox strong; candidates are contained, but can learn names and sizes of files" in strong
    assert "mode full is not to be had: namespaces" in strong
    weak = measured("no_landlock", "weak").stdout
    assert "sandbox  weak; candidates can read and write files: take it for code you trust" in weak


@pytest.mark.slow
def test_a_run_that_is_refused_leaves_none_and_one_that_is_not_keeps_its_mode(tmp_path: Path) -> None:
    def adrs(*words: object) -> "subprocess.CompletedProcess[str]":
        return done("no_landlock", "-m", "evolve", *words, "--db", "adrs.db", cwd=tmp_path)

    refused = adrs("run", "txn", "--max-evals", 4, "--name", "refused")
    assert refused.returncode == 5
    assert "modes full and strong are not to be had: landlock" in refused.stderr
    ran = adrs("run", "txn", "--max-evals", 4, "--name", "ran", "--sandbox", "weak")
    assert ran.returncode == 0
    assert "sandbox weak (candidates can read and write files: take it for code you trust)" in ran.stdout
    assert "sandbox weak (candidates can read" in adrs("show", "ran").stdout
    assert json.loads(adrs("show", "ran", "--json").stdout)["spec"]["sandbox"] == "weak"
    assert [run["name"] for run in json.loads(adrs("runs", "--json").stdout)["runs"]] == ["ran"]


@pytest.mark.slow
def test_a_run_is_not_resumed_in_a_weaker_mode_than_it_began(tmp_path: Path) -> None:
    words = ("run", "txn", "--max-evals", "4", "--name", "begun", "--db", "adrs.db")
    subprocess.run([sys.executable, "-m", "evolve", *words], cwd=tmp_path, check=True, capture_output=True)
    more = ("resume", "begun", "--max-evals", 6, "--db", "adrs.db")
    resumed = done("no_landlock", "-m", "evolve", *more, cwd=tmp_path)
    assert resumed.returncode == 5
    assert "mode full is not to be had: landlock" in resumed.stderr
