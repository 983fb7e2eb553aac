"""Where pages are served, and to whom."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.evolve.cli.conftest import Adrs


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "add --public if you mean it"),
        (["--host", "::"], "add --public if you mean it"),
        (["--host", "example.org"], "expected an address such as 127.0.0.1"),
        (["--host", "--public"], "expected an address such as 127.0.0.1"),
    ],
)
def test_others_are_let_in_only_if_that_is_said(adrs: Adrs, words: list[str], said: str) -> None:
    ended = adrs("dashboard", *words)
    assert ended.code == 2
    assert said in ended.err


def test_a_port_that_is_taken_is_told_in_a_sentence(adrs: Adrs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = adrs("dashboard", "--port", port)
    assert (ended.code, ended.err) == (
        2,
        f"adrs: 127.0.0.1 port {port} cannot be served: Address already in use; take another --port\n",
    )


Served = Callable[..., tuple[Sequence[str], str]]


@pytest.fixture
def served(adrs: Adrs, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Gives the server's command and the token that viewers must bring, and starts nothing."""
    became: list[tuple[Sequence[str], str, str]] = []

    def note(_: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
        became.append((words, environment["ADRS_DASHBOARD_TOKEN"], environment["ADRS_DASHBOARD_LINK"]))

    monkeypatch.setattr(os, "execve", note)

    def call(*words: str) -> tuple[Sequence[str], str]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        ended = adrs("dashboard", "--port", port, *words)
        assert ended.code == 0, ended.err
        command, token, link = became.pop()
        assert link.endswith(f"/?token={token}" if token else f":{port}/")
        return command, token

    return call


def test_on_this_machine_no_token_is_asked_for_and_no_other_name_is_answered(served: Served) -> None:
    command, token = served()
    assert token == ""
    hosts = [word.partition("=")[2] for word in command if word.startswith("--server.allowedHosts")]
    assert hosts == ["localhost", "127.0.0.1", "::1"]


def test_to_others_a_token_is_told_that_nobody_guesses(served: Served) -> None:
    first, second = (served("--public", "--host", "0.0.0.0")[1] for _ in range(2))
    assert first != second
    assert min(len(first), len(second)) >= 32


@pytest.mark.parametrize(
    "option",
    [
        "server.enableCORS=true",
        "server.enableXsrfProtection=true",
        "server.enableStaticServing=false",
        "server.enableAgentApi=false",
        "global.developmentMode=false",
    ],
)
def test_the_server_is_careful_whatever_a_configuration_says(served: Served, option: str) -> None:
    assert f"--{option}" in served()[0]
