"""What is read of a machine, from files of machines that this one is not."""

from pathlib import Path

import pytest

from sandbox.facts import Facts


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KUBERNETES_SERVICE_HOST", "container"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path, "proc/self/status", "Name:\tadrs\nCapEff:\t0000000000000000\nSeccomp:\t0\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_plain_machine_has_no_filter_no_container_and_no_settings(root: Path) -> None:
    found = Facts.read(root)
    assert (found.filtered, found.administrator, found.container) == (False, False, None)
    assert (dict(found.settings), found.security_modules, found.proc) == ({}, None, True)


def test_filter_and_capability_are_read_from_the_own_status(root: Path) -> None:
    write(root, "proc/self/status", "CapEff:\t0000000000200000\nSeccomp:\t2\nSeccomp_filters:\t1\n")
    found = Facts.read(root)
    assert found.filtered
    assert found.administrator


def test_the_capabilities_that_containers_have_make_no_administrator(root: Path) -> None:
    write(root, "proc/self/status", "CapEff:\t00000000a80425fb\n")
    assert not Facts.read(root).administrator


@pytest.mark.parametrize(
    ("name", "text", "whose"),
    [
        (".dockerenv", "", "docker"),
        ("run/.containerenv", "", "podman"),
        ("proc/self/cgroup", "0::/kubepods/besteffort/pod1/1f\n", "kubernetes"),
        ("proc/self/cgroup", "1:name=systemd:/docker/1f\n", "docker"),
        ("proc/self/cgroup", "0::/user.slice/libpod-1f.scope\n", "podman"),
        ("proc/self/cgroup", "0::/user.slice\n", None),
    ],
)
def test_a_container_is_known_by_its_marks(root: Path, name: str, text: str, whose: str | None) -> None:
    write(root, name, text)
    assert Facts.read(root).container == whose


def test_a_variable_may_name_the_container(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("container", "systemd-nspawn")
    assert Facts.read(root).container == "systemd-nspawn"


def test_settings_are_read_where_they_exist(root: Path) -> None:
    write(root, "proc/sys/kernel/unprivileged_userns_clone", "0\n")
    write(root, "proc/sys/user/max_user_namespaces", "96551\n")
    found = {"kernel.unprivileged_userns_clone": 0, "user.max_user_namespaces": 96551}
    assert dict(Facts.read(root).settings) == found


def test_the_security_modules_are_listed_in_their_order(root: Path) -> None:
    write(root, "sys/kernel/security/lsm", "lockdown,capability,yama,apparmor")
    assert Facts.read(root).security_modules == ("lockdown", "capability", "yama", "apparmor")


def test_a_missing_proc_is_noticed(root: Path) -> None:
    (root / "proc/self/status").unlink()
    found = Facts.read(root)
    assert not found.proc
    assert not found.filtered


@pytest.mark.parametrize(
    ("release", "kernel"),
    [("6.18.44-fc", (6, 18)), ("5.13-rc1", (5, 13)), ("4.19.0-gvisor", (4, 19)), ("darwin", (0, 0))],
)
def test_the_kernels_number_is_read_from_its_release(
    root: Path, release: str, kernel: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.release", lambda: release)
    assert Facts.read(root).kernel == kernel
