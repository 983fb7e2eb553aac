"""Which files Python itself needs: the only ones a candidate may read."""

import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox import landlock
from sandbox.imports import location

_SYSTEM_FILES: Final = ("/dev/zero", "/dev/urandom", "/dev/random", "/etc/ld.so.cache", "/etc/localtime")
_NULL_DEVICE: Final = Path("/dev/null")
_ZONES: Final = Path("/usr/share/zoneinfo")


@dataclass(frozen=True, slots=True)
class Readable:
    """The files that Python needs.

    Attributes:
        stdlib: The standard library's folder.
        sites: Folders of installed packages; they may lie inside `stdlib`, and only `packages` of them count.
        packages: Folders and files of the third-party packages that candidates may import.
        libraries: Folders that hold the shared libraries in use.
        files: Devices and system files.
    """

    stdlib: Path
    sites: tuple[Path, ...]
    packages: tuple[Path, ...]
    libraries: tuple[Path, ...]
    files: tuple[Path, ...]

    def rules(self) -> tuple[landlock.Rule, ...]:
        """What Landlock allows."""
        allowed = [(path, landlock.READ) for path in (*self._beneath_stdlib(), *self.packages)]
        # Modules are found by listing; the names of what else is installed are no secret, its content is.
        allowed += [(self.stdlib, landlock.READ_DIR)]
        for folder in self.libraries:
            allowed += [(path, landlock.READ) for path in self._beneath_library(folder)]
        allowed += [(path, landlock.READ) for path in self.files]
        allowed += [(_NULL_DEVICE, landlock.READ | landlock.WRITE_FILE)]
        # A link out of a root of one's own leads nowhere there (Debian's sitecustomize.py, for one).
        return tuple(rule for rule in allowed if rule[0].exists())

    def folders(self) -> tuple[Path, ...]:
        """Folders to be shown in a root of their own; `sites` inside them must then be hidden again."""
        return (self.stdlib, *self.libraries, *(p for p in (_ZONES,) if p.is_dir()))

    def single_files(self) -> tuple[Path, ...]:
        """Single files to be shown in a root of their own."""
        return (_NULL_DEVICE, *(path for path in self.files if path.is_file() or path.is_char_device()))

    def _beneath_stdlib(self) -> Iterable[Path]:
        return (path for path in self.stdlib.iterdir() if path not in self.sites)

    def _beneath_library(self, folder: Path) -> Iterable[Path]:
        # A folder of libraries may hold all of Python too, packages included (conda, for one).
        if any(inner.is_relative_to(folder) for inner in (self.stdlib, *self.sites)):
            return folder.glob("*.so*")
        return (folder,)


def readable(packages: Iterable[str]) -> Readable:
    """Looks at what this process has loaded, and at what may be imported.

    Args:
        packages: Names of the modules that candidates may import from, dotted ones included.
    """
    stdlib = Path(sysconfig.get_path("stdlib"))
    named = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    sites = tuple(sorted(named | {stdlib / "site-packages", stdlib / "dist-packages"}))
    installed = tuple(sorted(_installed(packages, sites)))
    system = tuple(path for path in (*map(Path, _SYSTEM_FILES), _ZONES) if path.exists())
    libraries = tuple(sorted(_mapped_folders((stdlib, *sites))))
    return Readable(stdlib, sites, installed, libraries, system)


def _installed(modules: Iterable[str], sites: tuple[Path, ...]) -> set[Path]:
    found = set()
    for name in {module.partition(".")[0] for module in modules}:
        place = location(name)
        for site in sites:
            if place is not None and place.is_relative_to(site):
                found |= {place}
                # Wheels put the shared libraries that they bring along beside the package.
                found |= {path for path in (site / f"{name}.libs",) if path.is_dir()}
    return found


def _mapped_folders(known: tuple[Path, ...]) -> set[Path]:
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    mapped = {Path(fields[5]) for line in lines if len(fields := line.split(maxsplit=5)) == 6}
    libraries = {path.parent for path in mapped if ".so" in path.name and path.is_file()}
    return {folder for folder in libraries if not any(folder.is_relative_to(place) for place in known)}
