"""Which file system a path lies on, and whether a write-ahead log is safe there."""

import re
from pathlib import Path, PurePath
from typing import Final

from evolve.runs.errors import NetworkFileSystem

MOUNTINFO: Final = Path("/proc/self/mountinfo")

NETWORK_KINDS: Final = frozenset(
    {
        "9p",
        "acfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
        "fuse.ceph",
        "fuse.cephfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.goofys",
        "fuse.juicefs",
        "fuse.mfs",
        "fuse.moosefs",
        "fuse.mount-s3",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.seaweedfs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "fuse.vmhgfs-fuse",
    }
)
"""File systems whose shared memory or locks do not hold between machines."""


def file_system(path: PurePath, mountinfo: str) -> str | None:
    """Kind of the file system that holds an absolute, resolved path; None if no mount holds it.

    `mountinfo` is as in proc(5); of several mounts on one point, the last line hides the others.
    """
    found: tuple[int, str] | None = None
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = PurePath(_unescaped(fields[4]))
        if path.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = (len(point.parts), after.split(" ")[0])
    return found[1] if found else None


def refuse_network(path: Path) -> None:
    """Looks where `path` would lie; systems without mount information are trusted.

    Raises:
        NetworkFileSystem: A write-ahead log would not be safe there.
    """
    if not MOUNTINFO.exists():
        return
    text = MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")
    kind = file_system(path.resolve(), text)
    if kind in NETWORK_KINDS:
        raise NetworkFileSystem(path, kind)


def _unescaped(field: str) -> str:
    """Undoes the octal escapes of blanks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), field)
