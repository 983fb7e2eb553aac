"""Fork servers, started once for all tests that need the same layers."""

import os
from collections.abc import Callable, Iterator

import pytest

from sandbox import ForkServer, Layer, Mode, SandboxUnavailable
from tests.sandbox.attacks.surroundings import SECRET

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
