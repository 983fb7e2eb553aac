"""`adrs dashboard`: the pages, served on this machine."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

from evolve.cli.exits import Exit, ExtraMissing, Misuse, say

_NEEDED = ("streamlit", "altair", "pandas")
_TOKEN = "ADRS_DASHBOARD_TOKEN"  # noqa: S105 - the name of a variable


def serve(db: Path, *, host: str, port: int, is_public: bool) -> Exit:
    """Serves until it is interrupted."""
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise ExtraMissing(
            f"the dashboard needs {', '.join(missing)}, which is not installed; install it with: "
            "python -m pip install 'adrs[dashboard]'"
        )
    token = _token(host, is_public=is_public)
    _refuse_taken(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"
    say(f"serving {db} at {address}{f'?token={token}' if token else ''} until Ctrl-C")
    environment = {**os.environ, _TOKEN: token}
    process = subprocess.Popen(_command(db, host, port), env=environment)  # noqa: S603 - ours, word by word
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        return Exit.DONE
    if code != 0:
        say("the server ended by itself; what it said stands above")
    return Exit.DONE if code == 0 else Exit.POLICY


def _command(db: Path, host: str, port: int) -> list[str]:
    app = Path(__file__).parents[2] / "dashboard" / "app.py"
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": "warning",
        "runner.magicEnabled": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags, "--", "--db", str(db.absolute())]


def _token(host: str, *, is_public: bool) -> str:
    """Makes what viewers must bring; empty on this machine's own address."""
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        raise Misuse(f"--host: expected an address such as 127.0.0.1, but got {host!a}") from None
    if is_loopback:
        return ""
    if not is_public:
        raise Misuse(
            f"--host {host} lets others read the store and start commands; add --public if you mean it: the "
            "pages then ask for a token that is printed once"
        )
    return secrets.token_urlsafe(24)


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misuse(
                f"{host} port {port} cannot be served: {error.strerror}; take another --port"
            ) from error
