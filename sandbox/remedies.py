"""What to do about a layer that is missing, for the place where it is missing, and what that costs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sandbox.facts import Facts
from sandbox.layers import REMEDIES, Layer, LayerMissing, Mode
from sandbox.syscalls import NUMBERS


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out.

    Attributes:
        do: What to type or set.
        price: What it costs in security; empty if nothing.
    """

    do: str
    price: str = ""

    def __str__(self) -> str:
        return f"{self.do} (price: {self.price})" if self.price else self.do


_BY_SYSTEM_CALLS: Final = frozenset({Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP, Layer.IDENTITY})
_PIDFD, _CLOSE_RANGE, _MOUNT_SETATTR, _LANDLOCK = (5, 3), (5, 9), (5, 12), (5, 13)
_ACTION_AVAILABLE: Final = (4, 14)

_USER_NAMESPACES: Final = "user.max_user_namespaces"
_DEBIAN: Final = "kernel.unprivileged_userns_clone"
_UBUNTU: Final = "kernel.apparmor_restrict_unprivileged_userns"

_NAMESPACES_FOR_ALL: Final = (
    "every user may make namespaces, and reaches more of the kernel's code through them"
)
_ENOUGH: Final = 15_000
_ON_HOST: Final = " (in a container: on its host)"
_OPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "docker": "--security-opt seccomp=unconfined --security-opt apparmor=unconfined",
        "podman": "--security-opt seccomp=unconfined --security-opt label=disable",
    }
)
"""What lifts an engine's own confinement; each is harmless where there is no such confinement."""

_NO_FILTER: Final = "the container may then make every system call"
_NEARLY_ROOT: Final = "root in such a container is nearly root on the host"
_UNCONTAINED: Final = "a policy can then do whatever you can; its scores are labelled unsandboxed"

_STRONG: Final = Remedy(
    "take --sandbox strong, as auto does", "a policy can learn names and sizes of files, but read none"
)
_WEAK: Final = Remedy(
    "take --sandbox weak", "a policy can read and write all that you can, so only for code that you trust"
)
_NONE: Final = Remedy("take --sandbox none", _UNCONTAINED)
_WEAKER: Final = {Layer.NAMESPACES: _STRONG, Layer.LANDLOCK: _WEAK, Layer.SECCOMP: _NONE}

LEAKING: Final = (
    Remedy(
        "run no policy here that you do not trust, and report what is printed above: the system accepted "
        "this layer and does not keep to it"
    ),
)
"""For a layer that was set up and did not hold."""


def remedies(layer: Layer, facts: Facts) -> tuple[Remedy, ...]:
    """Finds what helps on such a machine, the likeliest first and a weaker mode last; never nothing."""
    place = tuple(_of_places(facts)) if layer in _BY_SYSTEM_CALLS or not facts.proc else ()
    if place:
        return (*place, _NONE) if facts.proc else place
    found = tuple(_KNOWN[layer](facts)) if layer in _KNOWN else ()
    weaker = (_WEAKER[layer],) if layer in _WEAKER else ()
    return (*(found or (Remedy(REMEDIES[layer]),)), *weaker)


def sentence(found: Iterable[Remedy]) -> str:
    """Says the remedies in one line."""
    return "; or ".join(map(str, found))


def refusals(missing: Mapping[Mode, LayerMissing]) -> tuple[str, ...]:
    """Says which modes cannot be had, and why; once for modes that lack the same."""
    modes: dict[tuple[Layer, str], list[str]] = {}
    for mode, error in missing.items():
        modes.setdefault((error.layer, error.reason), []).append(mode)
    return tuple(
        f"{_named(names)} not to be had: {layer}: {reason}; adrs doctor tells what helps"
        for (layer, reason), names in modes.items()
    )


def _named(modes: Sequence[str]) -> str:
    return f"mode {modes[0]} is" if len(modes) == 1 else f"modes {' and '.join(modes)} are"


def refusal(missing: Mapping[Mode, LayerMissing], facts: Facts) -> str:
    """Says the same where no other mode may be taken unasked, and what is to be done.

    Only the likeliest remedy for what the last of the modes lacks, and the weaker mode to ask for.
    """
    ways = remedies(list(missing.values())[-1].layer, facts)
    shown = ways if len(ways) < 3 else (ways[0], ways[-1])
    return f"{'; '.join(refusals(missing))}; {sentence(shown)}"


def _of_descriptors(facts: Facts) -> Iterator[Remedy]:
    if facts.kernel < _CLOSE_RANGE:
        yield _newer(facts, "closing every descriptor at once", _CLOSE_RANGE)


def _of_places(facts: Facts) -> Iterator[Remedy]:
    """Whole places where a layer cannot be had, whatever is set."""
    if facts.system != "Linux":
        yield Remedy(
            f"run adrs in a virtual machine with Linux, or in a container there: {facts.system} has none of "
            "the kernel's layers"
        )
    elif "Microsoft" in facts.version:  # the second WSL has a kernel of its own, and writes it small
        yield Remedy(
            "type `wsl --set-version DISTRIBUTION 2` in Windows (`wsl --list` names yours): this is WSL 1, "
            "which emulates a kernel without these layers"
        )
    elif facts.architecture not in NUMBERS or facts.pointer_bits != 64:
        known = " or ".join(NUMBERS)
        yield Remedy(
            f"use a 64-bit Python on {known}, not under `setarch` or `linux32`: this is {facts.architecture} "
            f"with a Python of {facts.pointer_bits} bits, whose system calls are not known"
        )
    elif not facts.proc:
        yield Remedy("type `mount -t proc proc /proc` as root: without /proc no child can be watched")


def _of_namespaces(facts: Facts) -> Iterator[Remedy]:
    if _is_gvisor(facts):
        yield _other_runtime("lacks some of what namespaces are used for")
        return
    if facts.kernel < _MOUNT_SETATTR:
        yield _newer(facts, "a read-only file tree", _MOUNT_SETATTR)
        return
    settings = _settings(facts)
    if facts.filtered or (facts.root and not facts.administrator):
        yield from _of_containers(facts, _typed(settings))
        return
    if _UBUNTU in settings and not facts.container:
        yield Remedy(
            "give this Python an AppArmor profile with that right: see docs/sandbox-troubleshooting.md",
            "whatever runs in this Python may make namespaces",
        )
    if settings:
        lines = " ".join(f"{name}={value}" for name, value in settings.items())
        place = _ON_HOST if facts.container else ""
        yield Remedy(
            f"type {_typed(settings)}{place}; to keep it, "
            f"`printf '%s\\n' {lines} | sudo tee /etc/sysctl.d/90-adrs.conf`",
            _NAMESPACES_FOR_ALL,
        )


def _settings(facts: Facts) -> dict[str, int]:
    """Finds the settings that forbid namespaces, and what they should be."""
    wanted = {
        # Root makes every other kind of namespace, but needs none of users.
        name: _ENOUGH
        for name, value in facts.settings.items()
        if name.startswith("user.") and value == 0 and not (facts.root and name == _USER_NAMESPACES)
    }
    if not facts.root and facts.settings.get(_DEBIAN) == 0:
        wanted[_DEBIAN] = 1
    if not facts.root and facts.settings.get(_UBUNTU, 0) != 0:
        wanted[_UBUNTU] = 0
    return wanted


def _typed(settings: Mapping[str, int]) -> str:
    return f"`sudo sysctl -w {' '.join(f'{n}={v}' for n, v in settings.items())}`" if settings else ""


def _of_containers(facts: Facts, host: str) -> Iterator[Remedy]:
    also = f", and on its host {host}" if host else ""
    if facts.container == "kubernetes":
        capabilities = ", capabilities: {add: [SYS_ADMIN]}" if facts.root else ""
        yield Remedy(
            f"set securityContext: {{seccompProfile: {{type: Unconfined}}{capabilities}}} for the "
            f"container{also}",
            _NEARLY_ROOT if facts.root else _NO_FILTER,
        )
    elif facts.container is not None and facts.container in _OPTIONS:
        yield from _of_engine(facts, facts.container, also)
    elif facts.filtered:
        yield Remedy(
            "lift the filter that was put around this process, for the calls unshare, setns, mount, "
            "mount_setattr, umount2 and pivot_root (a container's profile; SystemCallFilter= and "
            f"RestrictNamespaces= of a systemd service){also}",
            "what runs there reaches more of the kernel's code",
        )
    else:
        yield Remedy(f"run as an ordinary user, or as root with the capability CAP_SYS_ADMIN{also}")


def _of_engine(facts: Facts, engine: str, also: str) -> Iterator[Remedy]:
    options = f"{_OPTIONS[engine]} ...`{also}"
    # Where an ordinary user may make no namespaces on the host, he may not in a container either.
    if not facts.root or not facts.settings.get(_UBUNTU, 0):
        user = " --user 1000" if facts.root else ""
        yield Remedy(f"start the container by `{engine} run{user} {options}", _NO_FILTER)
    if facts.root:
        yield Remedy(f"start the container by `{engine} run --cap-add SYS_ADMIN {options}", _NEARLY_ROOT)


def _of_landlock(facts: Facts) -> Iterator[Remedy]:
    if _is_gvisor(facts):
        yield _other_runtime("has no Landlock")
    elif facts.kernel < _LANDLOCK:
        yield _newer(facts, "Landlock", _LANDLOCK)
    elif facts.landlock == "EOPNOTSUPP":
        others = [name for name in facts.security_modules or () if name not in {"capability", "landlock"}]
        place = _ON_HOST if facts.container else ""
        listed = ",".join(["landlock", *others]) if others else "landlock,... (the list that you have now)"
        yield Remedy(
            f"add lsm={listed} to GRUB_CMDLINE_LINUX in /etc/default/grub{place}, type `sudo update-grub` "
            "(Fedora, RHEL: `sudo grub2-mkconfig -o /boot/grub2/grub.cfg`) and restart: the kernel has "
            "Landlock and was started without it"
        )
    elif facts.filtered:
        yield Remedy(
            "allow the three landlock_ calls in the filter that was put around this process (a container's "
            "profile: those of Docker and Podman allow them, if not too old; SystemCallFilter= of a service)"
        )
        yield Remedy("start the container with --security-opt seccomp=unconfined", _NO_FILTER)
    elif facts.landlock == "ENOSYS":
        yield Remedy("use a kernel that was built with CONFIG_SECURITY_LANDLOCK=y")


def _of_seccomp(facts: Facts) -> Iterator[Remedy]:
    if facts.kernel < _ACTION_AVAILABLE:
        yield _newer(facts, "such filters", _ACTION_AVAILABLE)
    elif facts.filtered:
        yield Remedy(
            "allow the call seccomp in the filter that was put around this process (a container's profile; "
            "SystemCallFilter= of a systemd service): by it a process can only bind itself further"
        )
    else:
        yield Remedy("use a kernel that was built with CONFIG_SECCOMP_FILTER=y")


_KNOWN: Final[Mapping[Layer, Callable[[Facts], Iterator[Remedy]]]] = MappingProxyType(
    {
        Layer.NAMESPACES: _of_namespaces,
        Layer.LANDLOCK: _of_landlock,
        Layer.SECCOMP: _of_seccomp,
        Layer.DESCRIPTORS: _of_descriptors,
    }
)


def of_watch(facts: Facts) -> tuple[Remedy, ...]:
    """What helps where the parent cannot watch its children."""
    found: Iterable[Remedy] = _of_places(facts)
    if facts.system == "Linux" and facts.kernel < _PIDFD:
        found = [*found, _newer(facts, "a hold on a process", _PIDFD)]
    return tuple(found) or LEAKING


def _is_gvisor(facts: Facts) -> bool:
    # Either it names itself, or it shows the date at which the kernel was tagged that it once copied.
    return "gvisor" in facts.version.lower() or "Sun Jan 10 15:06:54 PST 2016" in facts.version


def _other_runtime(lack: str) -> Remedy:
    return Remedy(
        f"start the container with another runtime (docker run --runtime=runc): gVisor {lack}",
        "policies then meet the host's own kernel instead of gVisor's",
    )


def _newer(facts: Facts, what: str, least: tuple[int, int]) -> Remedy:
    found, wanted = (".".join(map(str, version)) for version in (facts.kernel, least))
    whose = "the host's kernel" if facts.container else "the kernel"
    return Remedy(f"upgrade {whose}: {what} needs Linux {wanted}, and this is {found}")
