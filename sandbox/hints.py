"""Tells a policy's author what the sandbox refused: the child names the kind, the words are ours."""

import errno
from collections.abc import Iterator, Mapping
from typing import Final

from sandbox.runtime import Runtime

FILES, NETWORK, PROCESSES, THREADS, IMPORTS, ANYTHING = (
    "files",
    "network",
    "processes",
    "threads",
    "imports",
    "anything",
)

_FORBIDDEN: Final = frozenset({errno.EPERM, errno.EACCES, errno.EROFS, errno.EFBIG, errno.ENETUNREACH})
_KIND_OF_MODULE: Final[Mapping[str, str]] = {
    "socket": NETWORK,
    "ssl": NETWORK,
    "http": NETWORK,
    "urllib": NETWORK,
    "asyncio": NETWORK,
    "subprocess": PROCESSES,
    "multiprocessing": PROCESSES,
    "tempfile": FILES,
    "shutil": FILES,
}
"""Modules of the standard library in which a refusal shows what was wanted."""


def kind_of(error: BaseException, text: str) -> str | None:
    """Names what was refused, if it was a refusal that a policy met."""
    if isinstance(error, ModuleNotFoundError):
        return IMPORTS
    if isinstance(error, RuntimeError):
        return THREADS if text.startswith("can't start new thread") else None
    if not isinstance(error, OSError):
        return None
    if error.filename is not None and isinstance(error, PermissionError | FileNotFoundError):
        return FILES
    if error.errno not in _FORBIDDEN:
        return None
    known = (_KIND_OF_MODULE.get(module) for module in _modules(error))
    return next((kind for kind in known if kind is not None), ANYTHING)


def _modules(error: BaseException) -> Iterator[str]:
    traceback = error.__traceback__
    while traceback is not None:
        yield str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        traceback = traceback.tb_next


def hints(runtime: Runtime) -> Mapping[str, str]:
    """Says, by kind, what policies of this runtime cannot do, and what can be done instead."""
    packages = ", ".join(("the standard library", *runtime.packages))
    threads = (
        "this policy has started as many threads as it may"
        if runtime.threads
        else "policies cannot start threads; a problem may allow them by `threads` of its limits"
    )
    return {
        FILES: "policies find no files but Python's own; everything they may know is in what they are given",
        NETWORK: "policies have no network",
        PROCESSES: "policies cannot start processes or signal them",
        THREADS: threads,
        IMPORTS: f"policies can import {packages}; a problem may allow more by `importable` of its limits",
        ANYTHING: "policies have no files, no network, no processes and no signals",
    }
