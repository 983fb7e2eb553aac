"""Fork servers, started once for all tests that need the same layers."""

import os
from collections.abc import Callable, Iterator

import pytest

from sandbox import ForkServer, Interface, Layer, Mode, SandboxUnavailable

SECRET = "ADRS_TEST_SECRET"

ATTACK_INTERFACE = Interface(
    text='''
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """Where the attacker may look for something to spoil."""

    canary: str
    target: str
    port: int
    socket: str
    victim: int


class Setup(Task):
    """What a policy starts with."""


class Observation(Task):
    """What a policy sees."""
''',
    entry="solve",
    answer=object,
)

Servers = Callable[..., ForkServer]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Fork servers by mode and layers left out."""
    started: dict[tuple[Mode, frozenset[Layer]], ForkServer] = {}

    def server(mode: Mode, without: frozenset[Layer] = frozenset()) -> ForkServer:
        key = (mode, without)
        if key not in started:
            os.environ[SECRET] = "hunter2"
            try:
                started[key] = ForkServer.start(mode, without=without)
            except SandboxUnavailable as error:
                pytest.skip(f"mode {mode} cannot be had here: {error}")
            finally:
                del os.environ[SECRET]
        return started[key]

    yield server
    for each in started.values():
        each.close()


@pytest.fixture(params=[Mode.FULL, Mode.STRONG])
def server(request: pytest.FixtureRequest, servers: Servers) -> ForkServer:
    """A fork server of each mode that `auto` may take."""
    return servers(request.param)


@pytest.fixture
def strong(servers: Servers) -> ForkServer:
    """The mode that is to be had in most places."""
    return servers(Mode.STRONG)
