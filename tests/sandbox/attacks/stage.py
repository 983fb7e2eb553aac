"""Where attacks take place: something to spoil, an evaluator, an honest policy beside them."""

import ctypes
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import ChildLimits, ForkServer, Interface
from tests.sandbox.attacks.attack import TASK, WIDE, Attack, Scene, as_policy
from tests.sandbox.attacks.naive import attacked

PRODUCT = Path(__file__).parents[3]
"""The folder that holds our packages."""

HONEST = "def solve(task):\n    return 'honest'\n"
MARK = "adrs-attack"
"""In the name of whatever an attack makes, so that it can be taken away again."""

SHARED_KEYS = (0x41445253, 0x41445254)
"""Of the System V objects that attacks make."""

_SHARED_MEMORY = Path("/dev/shm")
_REMOVE = 0
_libc = ctypes.CDLL(None)


def _forget(key: int) -> None:
    """Removes what stands under a key, where it is ours to remove."""
    memory, semaphore = _libc.shmget(key, 0, 0), _libc.semget(key, 0, 0)
    if memory >= 0:
        _libc.shmctl(memory, _REMOVE, None)
    if semaphore >= 0:
        _libc.semctl(semaphore, 0, _REMOVE)
    _libc.mq_unlink(f"/{MARK}".encode())


@dataclass(frozen=True, slots=True)
class Stage:
    """What there is to spoil."""

    folder: Path
    listener: socket.socket
    victim: "subprocess.Popen[bytes]"
    name: str

    @staticmethod
    @contextmanager
    def built(folder: Path) -> Iterator["Stage"]:
        """Sets the stage in a folder of its own, and clears it."""
        with ExitStack() as undo:
            listener = undo.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.setblocking(False)
            name = f"{MARK}-{os.getpid()}"
            abstract = undo.enter_context(socket.socket(socket.AF_UNIX))
            abstract.bind(f"\0{name}")
            abstract.listen()
            victim = undo.enter_context(subprocess.Popen(["/bin/sleep", "600"]))
            undo.callback(victim.kill)
            yield Stage(folder, listener, victim, name)

    def task(self, server: int) -> dict[str, Any]:
        """What the attacker is told."""
        return {
            "canary": str(self.folder / "canary"),
            "target": str(self.folder / "target"),
            "folder": str(self.folder),
            "product": str(PRODUCT),
            "store": str(self.folder / "adrs.db"),
            "port": self.listener.getsockname()[1],
            "socket": self.name,
            "victim": self.victim.pid,
            "server": server,
            "parent": os.getpid(),
        }

    def _set(self) -> None:
        (self.folder / "canary").write_text("CANARY")
        (self.folder / "adrs.db").write_text("ANOTHER RUN")
        target = self.folder / "target"
        target.unlink(missing_ok=True)
        target.write_text("intact")
        target.chmod(0o600)

    def play(self, server: ForkServer, attack: Attack, *, limits: ChildLimits | None = None) -> Scene:
        """Runs an attack in the sandbox, each of its policies in a child of its own, beside an honest one."""
        self._set()
        task, allowed = self.task(server.pid), limits or attack.limits
        honest = Interface(TASK, "solve", object)
        with ExitStack() as open_children:
            neighbour = open_children.enter_context(server.open(HONEST, honest, WIDE, seed=0))
            for body in filter(None, (attack.body, attack.after)):
                child = server.open(as_policy(body), attack.interface, allowed, seed=0)
                open_children.enter_context(child)
                answer = child.solve(task)
            survived = neighbour.solve(task) == "honest"
            used = child.close()
            printed = child.printed().text
        return self._scene(answer, survived=survived, printed=printed, cpu_s=used.cpu_s)

    def play_together(self, server: ForkServer, attack: Attack) -> Scene:
        """Runs both policies of an attack in one child, as nothing of ours ever does."""
        self._set()
        first = as_policy(attack.body).replace("def solve(", "def first(", 1)
        second = as_policy(attack.after).replace("def solve(", "def second(", 1)
        both = f"{first}\n{second}\ndef solve(task):\n    first(task)\n    return second(task)\n"
        with server.open(both, attack.interface, attack.limits, seed=0) as child:
            answer = child.solve(self.task(server.pid))
        return self._scene(answer, survived=True)

    def play_naively(self, attack: Attack) -> Scene:
        """Runs an attack on an evaluator that believes its policies."""
        self._set()
        sources = [as_policy(body) for body in (attack.body, attack.after) if body]
        found = attacked(sources, self.task(0))
        return self._scene(found.answer, survived=found.survived, cpu_s=found.used_s)

    def _scene(self, answer: object, *, survived: bool, printed: str = "", cpu_s: float = 0.0) -> Scene:
        return Scene(
            self.folder / "canary",
            self.folder / "target",
            answer,
            printed,
            self._connected(),
            self.victim.poll() is None,
            0 if self.victim.poll() is not None else os.getpriority(os.PRIO_PROCESS, self.victim.pid),
            survived,
            cpu_s,
        )

    def clear(self) -> None:
        """Takes away what an attack may have made."""
        for folder in (self.folder, _SHARED_MEMORY, Path(tempfile.gettempdir()), Path("/")):
            with suppress(OSError):
                for path in folder.glob(f"{MARK}*"):
                    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for key in SHARED_KEYS:
            _forget(key)

    def _connected(self) -> bool:
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True
