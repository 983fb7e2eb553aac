"""An attack: a policy, what shows that it succeeded, and what stands in its way."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import ChildLimits, Fault, Interface, Layer, Mode

TASK = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    canary: str
    target: str
    folder: str
    product: str
    store: str
    port: int
    socket: str
    victim: int
    server: int
    parent: int
"""
"""What an attacker is told, so that no attack fails for want of knowing where to go."""

ROOMY = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, memory_bytes=96 << 20)
"""Of time enough; of memory less than attacks on it take."""
TIGHT = ChildLimits(init_cpu_s=0.5, call_cpu_s=0.1, memory_bytes=256 << 20)
WIDE = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, memory_bytes=4 << 30, answer_bytes=1 << 28)


class Check(enum.StrEnum):
    """What stands in the way of attacks that no layer is there for."""

    PROCESS = "own process"
    """Policies run in a process of their own, apart from the simulator and the score."""
    TYPES = "typed answers"
    """Answers are decoded into the expected type, or refused."""
    WATCH = "watch"
    """The parent watches time and size."""
    FRESH = "fresh child"
    """Each group of instances has a child of its own."""
    WORDS = "escaped words"
    """What a child says is shortened and made printable."""


Guard = Layer | Check


@dataclass(frozen=True, slots=True)
class Scene:
    """What is there after an attack.

    Attributes:
        answer: What the policy answered; a `Fault` where the attack came to nothing.
        printed: What it printed.
        connected: Whether somebody called at our port.
        survived: Whether the evaluator, and a policy beside this one, went on unharmed.
        cpu_s: What the evaluator says that the policy used.
    """

    canary: Path
    target: Path
    answer: object
    printed: str = ""
    connected: bool = False
    victim_alive: bool = True
    victim_priority: int = 0
    survived: bool = True
    cpu_s: float = 0.0


Leak = Callable[[Scene], bool]


@dataclass(frozen=True, slots=True)
class Attack:
    """A policy that tries something, harmless to the machine even where nothing stops it.

    Attributes:
        body: Of `solve(task)`, or the whole source if it defines that itself.
        leak: Whether it succeeded.
        guards: What stops it, each by itself.
        helpers: Layers that stop it on some machines only: nobody needs an interpreter that nobody may read,
            and root is not bound by the limit on processes.
        after: Body of a second policy, in a second child, which looks for what the first one left there.
        answer: Type of an answer.
        accepted: Modes in which it succeeds, and is said to.
        needs_root: An ordinary user could not do it anyway.
        impossible: Why nobody could on this machine; empty if somebody could.
    """

    name: str
    body: str
    leak: Leak
    guards: frozenset[Guard]
    helpers: frozenset[Layer] = frozenset()
    after: str = ""
    answer: object = object
    limits: ChildLimits = ROOMY
    accepted: frozenset[Mode] = frozenset()
    needs_root: bool = False
    impossible: str = ""
    kind: str = field(default="", compare=False)

    @property
    def layers(self) -> frozenset[Layer]:
        """The layers among what stops it."""
        return frozenset(guard for guard in self.guards if isinstance(guard, Layer))

    @property
    def checks(self) -> frozenset[Check]:
        """What stops it besides layers."""
        return frozenset(guard for guard in self.guards if isinstance(guard, Check))

    @property
    def interface(self) -> Interface:
        """What the policy is written against."""
        return Interface(TASK, "solve", self.answer)

    @property
    def source(self) -> str:
        """The first policy's text."""
        return as_policy(self.body)


def as_policy(body: str) -> str:
    """Makes a policy of what it does."""
    if "def solve(" in body:
        return body
    return "def solve(task):\n" + "".join(f"    {line}\n" for line in body.strip().splitlines())


def guards(*names: Guard) -> frozenset[Guard]:
    """The set of them."""
    return frozenset(names)


def answered(value: object) -> Leak:
    """The attack says that it succeeded, in so many words, or carries something away."""
    return lambda scene: type(scene.answer) is type(value) and scene.answer == value


def contains(text: str) -> Leak:
    """The answer carries stolen text away."""
    return lambda scene: isinstance(scene.answer, str) and text in scene.answer


def harmed(scene: Scene) -> bool:
    """The evaluator, or a policy beside this one, did not go on."""
    return not scene.survived


def believed(scene: Scene) -> bool:
    """The evaluator takes what came for an answer."""
    return scene.survived and not isinstance(scene.answer, Fault)
