"""What a malicious policy would try, what shows that it succeeded, and what stands in its way.

Every attack must come to nothing, and must succeed where all that stops it is taken away: a layer left out,
a limit widened, two children made one, or an evaluator that runs policies itself and believes them.
"""

from dataclasses import replace

from tests.sandbox.attacks.answers import ANSWERS
from tests.sandbox.attacks.attack import Attack
from tests.sandbox.attacks.files import FILES
from tests.sandbox.attacks.kernel import KERNEL
from tests.sandbox.attacks.state import STATE
from tests.sandbox.attacks.surroundings import SURROUNDINGS
from tests.sandbox.attacks.watch import WATCH

_KINDS = {
    "files": FILES,
    "surroundings": SURROUNDINGS,
    "kernel": KERNEL,
    "state": STATE,
    "answers": ANSWERS,
    "patience": WATCH,
}

ATTACKS: tuple[Attack, ...] = tuple(
    replace(attack, kind=kind) for kind, attacks in _KINDS.items() for attack in attacks
)
"""All of them; names are unique."""
