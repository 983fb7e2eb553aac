"""A real server: who is let in, what it serves, and that nothing of it is left when it has ended."""

import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from websockets.exceptions import InvalidStatus

from dashboard.views import VIEWS
from tests.dashboard.serving import Server, command_of, is_there, serving, viewing

pytestmark = pytest.mark.slow
T = TypeVar("T")
SECRETS = (b"toy-order", b"done", b"crossover")
"""Every page on the store has some of them."""


LAX = """
[global]
developmentMode = true
[server]
enableCORS = false
enableXsrfProtection = false
enableStaticServing = true
enableAgentApi = true
allowedHosts = ["*"]
"""


@pytest.fixture(scope="module")
def server(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started in a folder that asks for less care."""
    folder = tmp_path_factory.mktemp("lax")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(LAX)
    with serving(Path(shutil.copy(finished, folder / "adrs.db"))) as found:
        yield found


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "http://evil.example"),  # a page of a stranger that speaks to this address
        ("evil.example", "http://evil.example"),  # one that gave its own name this address meanwhile
        ("evil.example", None),
        ("127.0.0.1.evil.example", None),
    ],
)
def test_a_page_of_a_stranger_is_not_spoken_to(server: Server, host: str, origin: str | None) -> None:
    with (
        pytest.raises(InvalidStatus, match="403"),
        viewing(server, host=host, origin=origin and f"{origin}:{server.port}"),
    ):
        pass


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_ours_is(server: Server, host: str) -> None:
    with viewing(server, host=host, origin=f"http://{host}:{server.port}") as viewer:
        assert b"toy-order" in viewer.look("runs").content


def test_a_page_that_this_machine_serves_elsewhere_sees_nothing(server: Server) -> None:
    with viewing(server, origin="http://localhost:1") as viewer:
        drawn = viewer.look("runs", "run=done").content
    assert b"toy-order" not in drawn
    assert b"Another page of this machine asks" in drawn


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/adrs.db",
        "/adrs.db",
        "/../adrs.db",
        "/%2e%2e/adrs.db",
        "/static/../../adrs.db",
        "/static/%2e%2e%2f%2e%2e%2fadrs.db",
        "/media/../adrs.db",
        "/media/adrs.db",
        "/component/x/../../adrs.db",
        "/component/streamlit/%2fetc%2fpasswd",
        "//etc/passwd",
        "/_stcore/metrics",
        "/_stcore/host-config",
        "/_stcore/script-health-check",
        "/_stcore/agent/openapi.json",
    ],
)
def test_no_path_leads_into_the_folder_of_the_store(server: Server, path: str) -> None:
    body = server.get(path).content
    assert not any(word in body for word in (b"SQLite format", b"toy-order", b"adrs.db", b"root:"))


@pytest.mark.parametrize(
    "path", ["/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/upload_file/x/y"]
)
def test_nothing_but_a_browser_acts(server: Server, path: str) -> None:
    for method in ("POST", "PUT"):
        assert not server.get(path, method).is_success


@pytest.fixture(scope="module")
def public(finished: Path) -> Iterator[Server]:
    with serving(finished, "--public") as found:
        yield found


@pytest.mark.parametrize("view", [view.path for view in VIEWS])
@pytest.mark.parametrize("query", ["run=done", "run=done&token=wrong", "token="])
def test_nobody_sees_anything_without_the_token(public: Server, view: str, query: str) -> None:
    with viewing(public) as viewer:
        drawn = viewer.look(view, query)
        again = viewer.look(view, query, claimed={"let in": "yes", "token brought": "yes", "at run": "done"})
    for each in (drawn, again):
        assert not [word for word in SECRETS if word in each.content.replace(query.encode(), b"")]
        assert public.token.encode() not in each.content


def test_whoever_brings_it_sees_all_until_the_session_ends(public: Server) -> None:
    assert len(public.token) >= 32
    with viewing(public, host="machine.example") as viewer:
        assert b"toy-order" in viewer.look("review", f"token={public.token}").content
        assert b"toy-order" in viewer.look("review").content
    with viewing(public) as viewer:
        assert b"toy-order" not in viewer.look("review").content


def test_damage_that_a_page_meets_is_told_in_a_sentence_and_the_server_lives(
    finished: Path, tmp_path: Path
) -> None:
    db = Path(shutil.copy(finished, tmp_path / "copy.db"))
    with serving(db) as server, viewing(server) as viewer:
        assert b"Search" in viewer.look("candidate", "run=done").content
        with closing(sqlite3.connect(db)) as connection, connection:
            connection.execute("DELETE FROM texts")
        assert b"The store cannot be read." in viewer.look("candidate", "run=done").content
        db.unlink()
        assert b"nothing is there" in viewer.look("review").content
        assert server.get("/_stcore/health").is_success


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_server_takes_its_commands_along(finished: Path, tmp_path: Path, number: signal.Signals) -> None:
    db = Path(shutil.copy(finished, tmp_path / "copy.db"))
    with serving(db) as server, viewing(server) as viewer:
        drawn = viewer.look("review", "run=done")
        viewer.look("review", "run=done", pressed=drawn.button("Verify"))
        command = within(20.0, lambda: command_of(server, "verify"))
        assert command is not None
        assert list(tmp_path.glob("adrs-dashboard-*"))
        server.end(number)
        assert within(3.0, lambda: not is_there(command))
    if number in {signal.SIGTERM, signal.SIGINT}:
        assert not list(tmp_path.glob("adrs-dashboard-*"))


def within(most_s: float, found: Callable[[], T | None]) -> T | None:
    """Asks until there is an answer, or time is over."""
    end = time.monotonic() + most_s
    while not (answer := found()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer
