"""Policies without sense, for any problem: each must be a fault or score little, and break nothing."""

MUTE = '''"""Answers nothing."""


def solve(task):
    return None


class Policy:
    def __init__(self, setup):
        pass

    def step(self, observation):
        return None
'''

_RANDOM = '''"""Answers at random, with whatever is of the right type, in sizes that the task has."""

import enum
import random
import types
import typing

import interface

RNG = random.Random({seed})
SIZES = [1, 2, 3]


def look(value, depth=0):
    """Collects lengths and small numbers: some of them are how many or how large."""
    if isinstance(value, int) and 0 < value < 1000:
        SIZES.append(int(value))
    parts = [getattr(value, name) for name in getattr(value, "__dataclass_fields__", ())]
    if isinstance(value, (list, tuple)):
        SIZES.append(len(value))
        parts += value[:8]
    for part in parts if depth < 3 else ():
        look(part, depth + 1)


def drawn(kind):
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in (bool, int, float):
        return kind(RNG.randrange(RNG.choice(SIZES) + 1))
    if kind is str:
        return RNG.choice(["", "a", "b"])
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return RNG.choice(list(kind))
    if origin in (typing.Union, types.UnionType):
        return drawn(RNG.choice(inner))
    if origin is typing.Literal:
        return RNG.choice(inner)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(map(drawn, inner))
    size = min(RNG.choice(SIZES), 200)
    if origin is dict:
        return {{drawn(inner[0]): drawn(inner[1]) for _ in range(size)}}
    if inner and inner[0] is int and RNG.random() < 0.5:
        return RNG.sample(range(size), size)
    if inner:
        return [drawn(inner[0]) for _ in range(size)]
    fields = {{}} if kind is type(None) else typing.get_type_hints(kind)
    return kind(**{{name: drawn(one) for name, one in fields.items()}}) if fields else None


def solve(task):
    look(task)
    return drawn(interface.Answer)


class Policy:
    def __init__(self, setup):
        look(setup)

    def step(self, observation):
        return drawn(interface.Decision)
'''


def random_policy(seed: int) -> str:
    """Source of a policy that answers at random; another seed, other answers."""
    return _RANDOM.format(seed=seed)
