"""Puts the layers around a fresh fork, in the order in which each is still allowed."""

import os
import select
import signal
from dataclasses import dataclass
from typing import Final

from sandbox import identity, landlock, limits, syscalls
from sandbox.layers import Layer
from sandbox.seccomp import Program

CHANNEL: Final = 3
"""The child's descriptor of its channel; it holds no other but the null device."""

_SET_PARENT_DEATH_SIGNAL: Final = 1
_DESCRIPTORS: Final = 1024
"""More than the fork server ever holds."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What is built once in the fork server and put around every fork.

    Attributes:
        ruleset: Landlock's, as a descriptor, or None without that layer.
        program: Seccomp's, or None without that layer.
        to_nobody: Whether the identity layer becomes nobody, or only drops capabilities.
        null: Descriptor of the null device.
        server: Descriptor of the fork server's process, or None where there are none of this kind.
    """

    layers: frozenset[Layer]
    ruleset: int | None
    program: Program | None
    to_nobody: bool
    null: int
    server: int | None

    def surround(self, channel: int, *, address_bytes: int, total_cpu_s: float) -> None:
        """Confines the calling process for good.

        Raises:
            OSError: A layer failed: the process must end without having run the candidate.
        """
        os.chdir("/")
        for descriptor in range(3):
            os.dup2(self.null, descriptor)
        if Layer.RLIMITS in self.layers:
            limits.apply(address_bytes, total_cpu_s)
        if Layer.IDENTITY in self.layers:
            identity.drop(to_nobody=self.to_nobody)
        self._die_with_server()
        if self.ruleset is not None or self.program is not None:
            identity.renounce_new_privileges()
        if self.ruleset is not None:
            landlock.restrict(self.ruleset)
        os.dup2(channel, CHANNEL)
        if Layer.DESCRIPTORS in self.layers:
            os.closerange(CHANNEL + 1, _DESCRIPTORS)
        if self.program is not None:
            self.program.install()

    def _die_with_server(self) -> None:
        if self.server is None:
            return
        # After the change of identity, which clears the setting; and then the server must still be there.
        syscalls.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        poll = select.poll()
        poll.register(self.server, select.POLLIN)
        if poll.poll(0):
            os._exit(0)
