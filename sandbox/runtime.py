"""What policies find around them: modules, and whether they may start threads."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a fork server makes ready for its children.

    Attributes:
        preload: Modules imported before any policy starts, so that importing them costs it next to nothing.
        importable: Installed packages that a policy may import besides, in its own CPU time. What they import
            in turn must be named too; nothing else that is installed can be found.
        threads: Whether a policy may start threads. Their CPU time counts together.
    """

    preload: tuple[str, ...] = ("numpy", "numpy.random")
    importable: tuple[str, ...] = ()
    threads: bool = False

    @property
    def packages(self) -> tuple[str, ...]:
        """Names by which a policy can import something beyond the standard library, each once."""
        names = (name.partition(".")[0] for name in (*self.preload, *self.importable))
        return tuple(dict.fromkeys(names))


NUMPY: Final = Runtime()
"""What most problems give their policies."""

BARE: Final = Runtime(preload=())
"""The standard library alone."""
