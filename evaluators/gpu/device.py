"""The device: whether there is one that can be measured on, what it is, and who else uses it."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evaluators.gpu.health import Reading, processes, read

OLDEST: Final = (8, 0)
"""Compute capability from which bfloat16 runs on matrix units: Ampere."""

_IDLE_PERCENT: Final = 10
_IDLE_MB: Final = 1_500
"""A device that is busier, or holds more, than this before anything of ours runs is in use."""

_STRANGER_BYTES: Final = 2 << 30


class DeviceMissing(Exception):  # noqa: N818 - reads as what happened
    """There is no device that can be measured on; the message says what to do."""


class DeviceBusy(DeviceMissing):
    """Somebody else uses the device, so that nothing measured there would mean anything."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """What is measured on.

    Attributes:
        kind: `cuda`, or `cpu` for a rehearsal, which is never evidence.
        capability: Compute capability; (0, 0) of a CPU.
        l2_bytes: Cache of the whole device.
        shared_bytes: Shared memory of a multiprocessor that one program may use.
        driver: Of the GPU; empty for a CPU.
    """

    kind: str
    name: str
    uuid: str
    capability: tuple[int, int]
    memory_bytes: int
    multiprocessors: int
    l2_bytes: int
    shared_bytes: int
    driver: str
    torch: str
    triton: str
    cuda: str

    @property
    def is_evidence(self) -> bool:
        """Whether what is measured here may be counted."""
        return self.kind == "cuda"

    @property
    def slug(self) -> str:
        """The name as a file's: the same for every device of that model."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    def machine(self) -> dict[str, str | float]:
        """Describes it for what is stored: model, driver and versions, no serial number."""
        return {
            "gpu": self.name,
            "capability": f"{self.capability[0]}.{self.capability[1]}",
            "memory_gib": round(self.memory_bytes / 2**30, 1),
            "driver": self.driver,
            "cuda": self.cuda,
            "torch": self.torch,
            "triton": self.triton,
        }

    def needs(self, count: int, purpose: str) -> None:
        """Makes sure of memory.

        Raises:
            DeviceMissing: Less is free.
        """
        free = _free_bytes() if self.kind == "cuda" else count
        if free < count:
            raise DeviceMissing(
                f"{purpose} needs {count / 2**30:.1f} GiB of the memory of {self.name}, and "
                f"{free / 2**30:.1f} are free; take a larger GPU, or ask for fewer tokens with --tokens"
            )


def open_gpu() -> Gpu:
    """Opens the first visible CUDA device; `CUDA_VISIBLE_DEVICES` chooses another.

    Raises:
        DeviceMissing: No torch, no triton, no device, a driver too old, a device too old.
        DeviceBusy: Another process uses it.
    """
    _require_packages()
    import torch

    before = read()
    if before is not None:
        refuse_busy(before)
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        raise DeviceMissing(
            f"torch {torch.__version__} finds no GPU to work with: {_first_line(error)}"
        ) from error
    return _described(torch, before)


def refuse_busy(reading: Reading) -> None:
    """Refuses a device that others use.

    Raises:
        DeviceBusy: It is busy, or much of its memory is taken, before anything of ours ran.
    """
    if reading.used_mb > _IDLE_MB or reading.busy_percent > _IDLE_PERCENT:
        raise DeviceBusy(
            f"the GPU is in use: {reading.used_mb} MiB of its memory are taken, and it is "
            f"{reading.busy_percent} % busy; wait until it is free, or choose another by CUDA_VISIBLE_DEVICES"
        )


def open_cpu() -> Gpu:
    """Opens this machine's processor for a rehearsal with small shapes.

    Raises:
        DeviceMissing: No torch.
    """
    _require_packages("torch")
    import torch

    name = "this machine's processor, a rehearsal and no evidence"
    return Gpu("cpu", name, "cpu", (0, 0), 0, 1, 1 << 20, 0, "", str(torch.__version__), "", "")


def _require_packages(*needed: str) -> None:
    missing = [package for package in needed or ("torch", "triton") if find_spec(package) is None]
    if missing:
        raise DeviceMissing(
            f"measuring on a GPU needs {' and '.join(missing)}, not installed here; install with: "
            "python -m pip install 'adrs[gpu]'"
        )


def _described(torch: Any, before: Reading | None) -> Gpu:
    import triton

    found = torch.cuda.get_device_properties(0)
    capability = (int(found.major), int(found.minor))
    if capability < OLDEST:
        raise DeviceMissing(
            f"{found.name} has compute capability {capability[0]}.{capability[1]}, but bfloat16 products "
            f"need {OLDEST[0]}.{OLDEST[1]} at least (Ampere); take a newer GPU"
        )
    return Gpu(
        "cuda",
        found.name,
        str(found.uuid),
        capability,
        int(found.total_memory),
        int(found.multi_processor_count),
        int(found.L2_cache_size),
        int(found.shared_memory_per_block_optin),
        before.driver if before else "unknown",
        str(torch.__version__),
        str(triton.__version__),
        str(torch.version.cuda),
    )


def _free_bytes() -> int:
    import torch

    free, _ = torch.cuda.mem_get_info()
    return int(free) + int(torch.cuda.memory_reserved() - torch.cuda.memory_allocated())


class Watch:
    """Notices processes that come while we measure, by the driver's list and by the memory they take."""

    def __init__(self, gpu: Gpu) -> None:
        self._gpu = gpu
        self._known = self._listed()
        self._others = self._taken()

    def look(self) -> None:
        """Looks whether somebody came.

        Raises:
            DeviceBusy: They did; what was measured meanwhile must not be used.
        """
        came, more = self._listed() - self._known - {os.getpid()}, self._taken() - self._others
        if came or more > _STRANGER_BYTES:
            who = f"process {min(came)}" if came else f"a process that took {more >> 20} MiB"
            raise DeviceBusy(
                f"{who} came to the GPU while it was measured; nothing of this measurement was kept, "
                "start it again when the GPU is free"
            )

    def _listed(self) -> frozenset[int]:
        return processes() if self._gpu.kind == "cuda" else frozenset()

    def _taken(self) -> int:
        """Bytes that are taken, but not by torch here; kernels of ours take some as well."""
        if self._gpu.kind != "cuda":
            return 0
        import torch

        torch.cuda.synchronize()
        free, total = torch.cuda.mem_get_info()
        return int(total - free - torch.cuda.memory_reserved())


@contextmanager
def held(gpu: Gpu) -> Iterator[None]:
    """Holds a device against other commands of this program on this machine.

    Raises:
        DeviceBusy: One of them has it.
    """
    path = Path(tempfile.gettempdir()) / f"adrs-gpu-{os.getuid()}-{gpu.uuid}.lock"
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DeviceBusy(
                f"another adrs command measures on {gpu.name}; wait until it has ended"
            ) from error
        yield


@contextmanager
def failures(gpu: Gpu) -> Iterator[None]:
    """Says what a device refused in one sentence: no fault of a policy, and no defect either.

    Raises:
        DeviceMissing: It ran out of memory, or its driver gave up.
    """
    try:
        yield
    except RuntimeError as error:
        kind = type(error).__name__
        if kind == "OutOfMemoryError":
            advice = "take a larger GPU, or ask for less with --tokens or --places"
            raise DeviceMissing(f"the memory of {gpu.name} is too small for this; {advice}") from error
        if kind == "AcceleratorError" or "CUDA error" in str(error):
            raise DeviceMissing(
                f"{gpu.name} or its driver gave up ({_first_line(error)}); nothing was kept, look at it "
                "with: adrs gpu doctor"
            ) from error
        raise


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
