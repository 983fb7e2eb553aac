"""Where pages are served, and to whom."""

import socket

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
