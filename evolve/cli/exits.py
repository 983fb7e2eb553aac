"""How a command ends: its exit code, and one sentence on what went wrong."""

import enum
import errno
import io
import logging
import os
import sys
import traceback
from collections.abc import Callable


class Exit(enum.IntEnum):
    """Exit codes, the same for every verb."""

    DONE = 0
    POLICY = 1
    """The policy failed, or no valid candidate was found; also the code of a defect of ours."""
    USAGE = 2
    """Usage or configuration."""
    ENDPOINT = 3
    """The model endpoint is unusable."""
    DATA = 4
    """Measured data is missing."""
    SANDBOX = 5
    """The sandbox is unavailable."""
    EXTRA = 6
    """An extra or a device is missing."""
    REFUSED = 7
    """A score passed its bound, an audit found that cheating pays, or an export was refused."""
    INTERRUPTED = 130


class Misuse(Exception):  # noqa: N818 - reads as what happened
    """The command cannot mean anything as it was given; the message says what was expected."""


class ExtraMissing(Exception):  # noqa: N818 - reads as what happened
    """A package that is not installed with the product is needed; the message says how to install it."""


def exit_code_of(command: Callable[[], object]) -> int:
    """Runs a command to its end; whatever goes wrong is said here, on the error stream, and nowhere else."""
    code: int = Exit.DONE
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name or a table line may not fit the encoding
    try:
        command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else Exit.DONE
    except BrokenPipeError:
        code = Exit.DONE  # the reader has read enough
    except Exception as error:  # noqa: BLE001 - the outermost boundary: every error must become an exit code
        code = _explained(error)
    return _flushed(code)


def say(message: str) -> None:
    """Says something that is no result, on the error stream."""
    from evolve.cli.terminal import harmless

    sys.stderr.write(f"adrs: {harmless(message)}\n")


class _Teller(logging.Handler):
    """Says what is logged, on the error stream."""

    def emit(self, record: logging.LogRecord) -> None:
        """Says it."""
        say(record.getMessage())


def tell(name: str) -> None:
    """Says from now on what a logger of ours has to tell."""
    log = logging.getLogger(name)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [_Teller()]


def _explained(error: Exception) -> int:
    code = _code(error)
    if code is not None:
        say(str(error))
        return code
    traceback.print_exception(error)
    say(
        "this is a defect of ours, not of your policy: please report the lines above; if a run was going on, "
        "it has lost nothing and goes on with: adrs resume RUN"
    )
    return Exit.POLICY


def _code(error: Exception) -> Exit | None:
    """Finds the code of an error that a user can act on; None for a defect of ours."""
    from evaluators.gpu.device import DeviceMissing
    from evaluators.gpu.expert_time import NoProfile
    from evaluators.gpu.stopwatch import Untimeable
    from evolve.models.language_model import EndpointUnusable
    from evolve.models.opening import ClientMissing
    from evolve.runs.errors import StoreError
    from evolve.runs.recording import NotRecorded
    from evolve.runs.session import RunChanged
    from problems.datasets import DataMissing
    from problems.registry import BrokenProblem, UnknownProblem
    from problems.workload_file import WorkloadRefused
    from problems.workloads import NotInWorkload
    from sandbox import SandboxUnavailable

    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Exit.USAGE  # the output's disk; the store says so itself, and has another name for it
    codes: dict[Exit, tuple[type[Exception], ...]] = {
        Exit.USAGE: (
            Misuse,
            StoreError,
            RunChanged,
            NotRecorded,
            NotInWorkload,
            WorkloadRefused,
            BrokenProblem,
            UnknownProblem,
        ),
        Exit.ENDPOINT: (EndpointUnusable,),
        Exit.DATA: (DataMissing,),
        Exit.SANDBOX: (SandboxUnavailable,),
        Exit.EXTRA: (ExtraMissing, ClientMissing, DeviceMissing, NoProfile, Untimeable),
    }
    return next((code for code, kinds in codes.items() if isinstance(error, kinds)), None)


def _flushed(code: int) -> int:
    """Flushes here: a reader that went away (`adrs show | head`) is no error, but a full disk is."""
    if sys.stdout is None:  # closed by the shell
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        # The interpreter flushes once more when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            say(f"the output could not be written: {error.strerror}")
            return Exit.USAGE
    return code
