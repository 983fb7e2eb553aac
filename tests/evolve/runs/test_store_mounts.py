"""The file system under a path is found in the system's own list of mounts."""

from pathlib import Path, PurePosixPath

import pytest

from evolve.runs import mounts
from evolve.runs.mounts import NETWORK_KINDS, file_system, refuse_network

MOUNTS = r"""22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 28 0:40 / /home rw,relatime shared:20 master:3 - nfs4 server:/export/home rw,vers=4.2
41 40 254:2 / /home/me/local\040disk rw - xfs /dev/vdb rw
42 28 0:42 / /mnt rw - ext4 /dev/vdc rw
43 42 0:43 / /mnt rw - fuse.sshfs me@host:/ rw,user_id=1000
44 28 0:44 / /mnt/c rw propagate_from:2 - 9p drvfs rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/var/runs.db", "ext4"),
        ("/home", "nfs4"),
        ("/home/me/runs.db", "nfs4"),
        ("/homestead/runs.db", "ext4"),
        ("/home/me/local disk/runs.db", "xfs"),
        ("/mnt/runs.db", "fuse.sshfs"),
        ("/mnt/c/Users/runs.db", "9p"),
        ("/proc/1", "proc"),
    ],
)
def test_the_longest_and_last_mount_holds_a_path(path: str, kind: str) -> None:
    assert file_system(PurePosixPath(path), MOUNTS) == kind


def test_without_a_mount_there_is_no_kind() -> None:
    assert file_system(PurePosixPath("/a"), "") is None


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "lustre", "ceph", "glusterfs"]
)
def test_network_file_systems_are_known(kind: str) -> None:
    assert kind in NETWORK_KINDS


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "fuseblk"])
def test_local_file_systems_are_trusted(kind: str) -> None:
    assert kind not in NETWORK_KINDS


def test_a_system_that_lists_no_mounts_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "MOUNTINFO", tmp_path / "none")
    refuse_network(tmp_path / "runs.db")
