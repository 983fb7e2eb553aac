"""What stands between a candidate and the machine, and which of it each mode requires."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class SandboxUnavailable(Exception):  # noqa: N818 - reads as what happened
    """The sandbox cannot run a candidate; no fault of the candidate, so nothing may be scored."""


class ForkServerEnded(SandboxUnavailable):
    """The fork server was killed, and a child with it; a fresh child is to be had at once."""


class Mode(enum.StrEnum):
    """How strongly candidates are contained; `AUTO` is `FULL`, or else `STRONG`, and never less."""

    AUTO = "auto"
    FULL = "full"
    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


class Layer(enum.StrEnum):
    """One thing that contains a candidate. Most attacks meet more than one."""

    NAMESPACES = "namespaces"
    """Sees no process, no network and no file but those that Python needs."""
    LANDLOCK = "landlock"
    """Opens nothing but the interpreter's own files, and those only to read."""
    SECCOMP = "seccomp"
    """Makes no system call but those that computing needs."""
    RLIMITS = "rlimits"
    """Address space, processes, files; CPU time only as a backstop of the parent's own watch."""
    IDENTITY = "identity"
    """Is nobody if the parent is root; has no capability in any case."""
    ENVIRONMENT = "environment"
    """Inherits none of the parent's environment variables."""
    DESCRIPTORS = "descriptors"
    """Holds no descriptor but the null device and its own channel."""


_ANYWHERE: Final = frozenset({Layer.RLIMITS, Layer.ENVIRONMENT, Layer.DESCRIPTORS})

REQUIRED: Final[Mapping[Mode, frozenset[Layer]]] = MappingProxyType(
    {
        Mode.FULL: frozenset(Layer),
        Mode.STRONG: frozenset(Layer) - {Layer.NAMESPACES},
        Mode.WEAK: _ANYWHERE | {Layer.SECCOMP, Layer.IDENTITY},
        Mode.NONE: _ANYWHERE,
    }
)
"""The layers of each mode: all of them are set up, or the mode is refused."""

PROMISES: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.FULL: "candidates are contained",
        Mode.STRONG: "candidates are contained, but can learn names and sizes of files",
        Mode.WEAK: "candidates can read and write files: take it for code you trust",
        Mode.NONE: "unsandboxed: candidates can do whatever you can, so believe no score",
    }
)
"""What each mode holds, said wherever a mode is shown that is not the strongest."""

REMEDIES: Final[Mapping[Layer, str]] = MappingProxyType(
    {
        Layer.NAMESPACES: "allow user namespaces (sysctl user.max_user_namespaces; in a container, add "
        "CAP_SYS_ADMIN and drop its seccomp profile)",
        Layer.LANDLOCK: "use Linux 5.13 or newer with `landlock` among the kernel's lsm= modules; in a "
        "container, a seccomp profile that allows the landlock calls",
        Layer.SECCOMP: "use Linux 4.14 or newer on x86_64 or aarch64, built with CONFIG_SECCOMP_FILTER",
        Layer.RLIMITS: "raise the hard limits of the calling process (ulimit -H -a)",
        Layer.IDENTITY: "run as an ordinary user, or as root with CAP_SETUID and CAP_SETGID",
        Layer.ENVIRONMENT: "report this: nothing is known to prevent it",
        Layer.DESCRIPTORS: "use Linux 5.9 or newer",
    }
)
"""What a user can do about a layer that is missing, wherever that is; `remedies` knows more of the place."""


class LayerMissing(Exception):  # noqa: N818 - reads as what happened
    """A layer cannot be set up on this machine."""

    def __init__(self, layer: Layer, reason: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.reason = reason
