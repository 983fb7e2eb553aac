"""Puts the layers around a fresh fork, in the order in which each is still allowed."""

import os
import select
import signal
from dataclasses import dataclass
from typing import Final

from sandbox import identity, landlock, syscalls
from sandbox.layers import Layer
from sandbox.limits import Ceilings
from sandbox.seccomp import Program

CHANNEL: Final = 3
"""The child's descriptor of its channel; below it lie the null device and, twice, the pipe for its output."""

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2
_SET_PARENT_DEATH_SIGNAL: Final = 1
_DESCRIPTORS: Final = 1024
"""More than the fork server ever holds."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the fork server makes once for all its forks.

    Attributes:
        ruleset: Landlock's, as a descriptor, or None without that layer.
        program: Seccomp's, or None without that layer.
        to_nobody: Whether the identity layer becomes nobody, or only drops capabilities.
        null: Descriptor of the null device.
        server: Descriptor of the fork server's process, or None where there are none of this kind.
    """

    ruleset: int | None
    program: Program | None
    to_nobody: bool
    null: int
    server: int | None


class Confinement:
    """The layers, ready to be put around a fork by as few steps as possible."""

    def __init__(self, layers: frozenset[Layer], shared: Shared, *, threads: bool) -> None:
        self._null = shared.null
        self._close_others = Layer.DESCRIPTORS in layers
        self._ceilings = Ceilings(threads=threads) if Layer.RLIMITS in layers else None
        self._renunciation = (
            identity.Renunciation(to_nobody=shared.to_nobody) if Layer.IDENTITY in layers else None
        )
        self._restrict = None if shared.ruleset is None else landlock.restriction(shared.ruleset)
        self._filter = None if shared.program is None else shared.program.installation()
        self._renounce = (
            identity.no_new_privileges() if self._restrict is not None or self._filter is not None else None
        )
        self._follow = (
            None
            if shared.server is None
            else syscalls.prepare_prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        )
        self._server = select.poll()
        if shared.server is not None:
            self._server.register(shared.server, select.POLLIN)

    def surround(self, channel: int, output: int, *, address_bytes: int, total_cpu_s: float) -> None:
        """Confines the calling process for good.

        Args:
            channel: Descriptor of the child's end of its channel.
            output: Descriptor of the pipe to which it may print.

        Raises:
            OSError: A layer failed: the process must end without having run the candidate.
        """
        os.dup2(self._null, _INPUT)
        os.dup2(output, _OUTPUT)
        os.dup2(output, _ERRORS)
        if self._ceilings is not None:
            self._ceilings.apply(address_bytes, total_cpu_s)
        if self._renunciation is not None:
            self._renunciation.make()
        self._die_with_server()
        if self._renounce is not None:
            self._renounce()
        if self._restrict is not None:
            self._restrict()
        os.dup2(channel, CHANNEL)
        if self._close_others:
            os.closerange(CHANNEL + 1, _DESCRIPTORS)
        if self._filter is not None:
            self._filter()

    def _die_with_server(self) -> None:
        if self._follow is None:
            return
        # After the change of identity, which clears the setting; and then the server must still be there.
        self._follow()
        if self._server.poll(0):
            os._exit(0)
