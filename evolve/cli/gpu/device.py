"""A device, opened and held for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evaluators.gpu.device import Gpu, failures, held, open_cpu, open_gpu
from evaluators.gpu.health import read
from evaluators.gpu.stopwatch import Stopwatch, stopwatch


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is held."""

    gpu: Gpu
    watch: Stopwatch

    def state(self) -> str:
        """Clocks, temperature and power as they are now, in words."""
        now = read() if self.gpu.is_evidence else None
        if now is None:
            return "not known"
        lowered = f", lowered by {' and '.join(now.reasons)}" if now.reasons else ", not lowered"
        return f"{now.sm_mhz} MHz, memory {now.memory_mhz} MHz{lowered}; {now.celsius} C, {now.watts:.0f} W"


@contextmanager
def device(*, cpu: bool = False) -> Iterator[Session]:
    """Opens the GPU, or the processor for a rehearsal, and holds it.

    Raises:
        DeviceMissing, DeviceBusy: It cannot be measured on.
    """
    gpu = open_cpu() if cpu else open_gpu()
    with held(gpu), failures(gpu):
        yield Session(gpu, stopwatch(gpu))
