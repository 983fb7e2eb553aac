"""Which installed packages a policy can import that no fork server has loaded for it."""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


class AllowList(MetaPathFinder):
    """Finds packages by name, where `sys.path` no longer leads to them.

    Lives in the child, so it only tells policies what they can have; what they cannot have is out of sight or
    refused by the layers.

    Attributes:
        packages: Top-level name to the file that is executed when it is imported.
    """

    def __init__(self, packages: Mapping[str, Path]) -> None:
        self.packages = packages

    @classmethod
    def of(cls, names: Sequence[str]) -> "AllowList":
        """Looks names up while all that is installed can still be found.

        Raises:
            ModuleNotFoundError: One is not installed, or has no file of its own.
        """
        found = {}
        for name in dict.fromkeys(name.partition(".")[0] for name in names):
            spec = _spec(name)
            if spec is None or not spec.has_location or spec.origin is None:
                raise ModuleNotFoundError(f"No module named {name!r}")
            found[name] = Path(spec.origin)
        return cls(found)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds a top-level package of the list; what lies in it is found by its own path."""
        origin = self.packages.get(fullname) if path is None else None
        if origin is None:
            return None
        # By its file, since the folder that it lies in may not be listed.
        inner = [str(origin.parent)] if origin.stem == "__init__" else None
        return spec_from_file_location(fullname, origin, submodule_search_locations=inner)


def location(name: str) -> Path | None:
    """Where a top-level module is installed: its file, or its folder if it is a package; None if nowhere."""
    spec = _spec(name)
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ())
    if folders:
        return Path(folders[0])
    return Path(spec.origin) if spec.has_location and spec.origin else None


def _spec(name: str) -> ModuleSpec | None:
    return sys.modules[name].__spec__ if name in sys.modules else find_spec(name)
