"""The parent's end of a child: its socket, its clock, and the deadline of the exchange under way."""

import os
import select
import signal
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

from sandbox import wire
from sandbox.limits import wall_limit_s
from sandbox.output import Output

TICK_S: Final = 0.01
"""How often the child's clock is looked at while the parent waits."""

_FIRST_BYTES: Final = 1 << 12
"""Read at once, which most frames fit in; a larger buffer can cost the allocator microseconds."""
_REST_BYTES: Final = 1 << 18
_END_WAIT_MS: Final = 200
_INFO_BYTES: Final = 4096


class Overrun(Exception):  # noqa: N818 - reads as what happened
    """An exchange took too long; the child is still alive.

    Attributes:
        rule: `cpu_limit` or `wall_limit`.
        used_s: CPU seconds since the exchange began.
    """

    def __init__(self, rule: str, used_s: float) -> None:
        super().__init__(f"{rule} after {used_s:.3g} s of CPU")
        self.rule = rule
        self.used_s = used_s


class Closed(Exception):  # noqa: N818 - reads as what happened
    """The child's end is closed: it is dying, or dead, or it threw its channel away."""


class Oversize(Exception):  # noqa: N818 - reads as what happened
    """The child announces more bytes than it may send."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size:,} bytes")
        self.size = size


class Process:
    """A child's process: a clock that it cannot set, and a kill that cannot hit another.

    The process stays a zombie until the fork server is told to reap it, so its number is its own until then.

    Args:
        pid: Its number as the fork server sees it.
        descriptor: Of the process, or None where there are none of this kind.
        same_numbers: Whether the fork server sees the same numbers as this process does.
    """

    def __init__(self, pid: int, descriptor: int | None, *, same_numbers: bool) -> None:
        self._descriptor = descriptor
        self._pid = pid if descriptor is None or same_numbers else pid_of(descriptor)
        # Linux's clock of another process: the complement of its number, and 2 for all its threads together.
        self._clock = None if descriptor is None else (~self._pid << 3) | 2

    def cpu_s(self) -> float:
        """CPU seconds used so far; 0.0 where the system tells no clock of another process."""
        return 0.0 if self._clock is None else time.clock_gettime(self._clock)

    def kill(self) -> None:
        """Ends it, whatever it does."""
        try:
            if self._descriptor is None:
                os.kill(self._pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return

    def ends_by_itself(self) -> bool:
        """Waits a moment for a process whose channel has closed."""
        if self._descriptor is None:
            return False
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(_END_WAIT_MS))

    def close(self) -> None:
        """Forgets it; it must have been reaped."""
        if self._descriptor is not None:
            os.close(self._descriptor)


def pid_of(descriptor: int) -> int:
    """The number, in this process's namespace, of the process that a descriptor stands for.

    Raises:
        OSError: /proc does not tell.
    """
    info = os.open(f"/proc/self/fdinfo/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        lines = os.read(info, _INFO_BYTES).splitlines()
    finally:
        os.close(info)
    for line in lines:
        if line.startswith(b"Pid:"):
            return int(line.removeprefix(b"Pid:"))
    raise OSError("/proc does not tell the child's process number; mount /proc")


@dataclass(frozen=True, slots=True)
class Line:
    """What the parent holds of a child."""

    end: socket.socket
    output: Output
    process: Process


class Channel:
    """Frames to and from a child, within the CPU and wall limits of an exchange.

    What the child prints meanwhile is taken off its hands, whenever it keeps the parent waiting.
    """

    def __init__(self, line: Line) -> None:
        self._end = end = line.end
        self._output = line.output
        self._process = line.process
        self._descriptor = end.fileno()
        self._cpu_start_s = 0.0
        self._cpu_end_s = 0.0
        self._wall_end_s = 0.0
        wait = struct.pack("@ll", 0, int(TICK_S * 1e6))
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)

    def begin(self, cpu_limit_s: float, used_s: float) -> None:
        """Starts the clocks of an exchange; `used_s` is what the child's clock shows."""
        self._cpu_start_s = used_s
        self._cpu_end_s = used_s + cpu_limit_s
        self._wall_end_s = time.monotonic() + wall_limit_s(cpu_limit_s)

    def check(self) -> float:
        """Reads the child's clock.

        Raises:
            Overrun: The exchange is beyond a limit.
        """
        cpu_s = self._process.cpu_s()
        if cpu_s > self._cpu_end_s:
            raise Overrun("cpu_limit", cpu_s - self._cpu_start_s)
        if time.monotonic() > self._wall_end_s:
            raise Overrun("wall_limit", cpu_s - self._cpu_start_s)
        return cpu_s

    def send(self, frame: bytes) -> None:
        """Sends a frame.

        Raises:
            Closed: The child takes no more.
            Overrun: It takes too long.
        """
        data: bytes | memoryview = frame
        while data:
            try:
                sent = os.write(self._descriptor, data)
                if sent == len(data):
                    return
                data = memoryview(data)[sent:]
            except BlockingIOError:
                self._pause()
            except (BrokenPipeError, ConnectionResetError) as error:
                raise Closed from error

    def receive(self, cap: int) -> tuple[bytes, bytes]:
        """Waits for a frame of at most `cap` bytes and returns its verb and body.

        Raises:
            Closed: The child ended without one.
            Oversize: It announces more than `cap`.
            Overrun: It takes too long.
        """
        data = self._read()
        while len(data) < wire.UP.size:
            data += self._read()
        verb, length = wire.UP.unpack_from(data)
        if length > cap:
            raise Oversize(length)
        size = wire.UP.size + length
        if len(data) < size:
            data = self._rest(data, size)
        return verb, data[wire.UP.size :]

    def _rest(self, start: bytes, size: int) -> bytes:
        parts, missing = [start], size - len(start)
        while missing > 0:
            # Looked at for every part, since a drip of bytes would never let the wait run out.
            self.check()
            parts.append(self._read(min(missing, _REST_BYTES)))
            missing -= len(parts[-1])
        return b"".join(parts)

    def _read(self, most: int = _FIRST_BYTES) -> bytes:
        while True:
            try:
                data = os.read(self._descriptor, most)
            except BlockingIOError:
                self._pause()
                continue
            except ConnectionResetError as error:
                raise Closed from error
            if not data:
                raise Closed
            return data

    def _pause(self) -> None:
        """Looks at the clocks, and as long as the child prints takes that in."""
        self.check()
        if not self._output.drain():
            return
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.register(self._output, select.POLLIN)
        while [ready for ready, _ in poll.poll(TICK_S * 1e3)] == [self._output.fileno()]:
            self.check()
            if not self._output.drain():
                return  # its end is closed

    def close(self) -> None:
        """Closes the parent's end."""
        self._end.close()
