"""`adrs dashboard`: the pages, served on this machine."""

import os
import secrets
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import NoReturn

from evolve.cli.exits import ExtraMissing, Misuse, say

_NEEDED = ("streamlit", "altair", "pandas")
_TOKEN = "ADRS_DASHBOARD_TOKEN"  # noqa: S105 - the name of a variable
_LINK = "ADRS_DASHBOARD_LINK"
_LOCAL = ("localhost", "127.0.0.1", "::1")


def serve(db: Path, *, host: str, port: int, is_public: bool) -> NoReturn:
    """Becomes the server, so that whatever ends this process ends that.

    Raises:
        ExtraMissing: A package is not installed.
        Misuse: Nothing can be served there, or only with `--public`.
    """
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise ExtraMissing(
            f"the dashboard needs {', '.join(missing)}, which is not installed; install it with: "
            "python -m pip install 'adrs[dashboard]'"
        )
    address = _address(host)
    if not address.is_loopback and not is_public:
        raise Misuse(
            f"--host {host} lets others read the store and start commands; add --public if you mean it: the "
            "pages then ask for a token that is printed once"
        )
    _refuse_taken(address, port)
    token = secrets.token_urlsafe(24) if is_public else ""
    named = socket.gethostname() if address.is_unspecified else str(address)
    link = f"http://{f'[{named}]' if ':' in named else named}:{port}/{f'?token={token}' if token else ''}"
    say(f"starting the pages of {db}; their address follows when they can be drawn")
    sys.stderr.flush()
    # On loopback a page of a stranger must not pass for one of ours by giving its own name this address. With
    # a token that gains it nothing, and the names under which others reach this machine are not ours to know.
    hosts = () if is_public else (*_LOCAL, str(address))
    command = _command(db, str(address), port, hosts)
    environment = {**os.environ, _TOKEN: token, _LINK: link}
    os.execve(sys.executable, command, environment)  # noqa: S606 - ours, word by word


def _command(db: Path, host: str, port: int, hosts: Sequence[str]) -> list[str]:
    """Words the server's command; what is said here overrules any configuration of Streamlit's own."""
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.enableStaticServing": "false",
        "server.enableAgentApi": "false",
        "server.scriptHealthCheckEnabled": "false",
        "global.developmentMode": "false",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": "true",
        "runner.magicEnabled": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    flags += [f"--server.allowedHosts={name}" for name in dict.fromkeys(hosts)]
    return [sys.executable, "-P", "-m", "dashboard", str(db.absolute()), *flags]


def _address(host: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise Misuse(f"--host: expected an address such as 127.0.0.1, but got {host!a}") from None


def _refuse_taken(address: IPv4Address | IPv6Address, port: int) -> None:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(address), port))
        except OSError as error:
            raise Misuse(
                f"{address} port {port} cannot be served: {error.strerror}; take another --port"
            ) from error
