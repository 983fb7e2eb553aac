"""How fast this core is beside the reference core in whose seconds all CPU limits are stated."""

import time

REFERENCE_S = 0.0145
"""CPU seconds of `_work` on the reference core: an idle AMD EPYC virtual machine under CPython 3.11."""

_ROUNDS = 7
_SLOWEST, _FASTEST = 8.0, 0.25


def _work() -> int:
    """Integer arithmetic, list indexing and branching: what interpreted policies spend their time on."""
    values, total = list(range(256)), 0
    for i in range(160_000):
        value = values[i & 255]
        total = total + value if value & 1 else total ^ value
        values[i & 255] = (value * 5 + 1) & 1023
    return total


def cpu_scale() -> float:
    """Measures CPU seconds of this core per second of the reference core: above 1 means a slower core.

    The fastest of a few rounds is taken, since whatever disturbs a round only lengthens it. The result is
    clamped, so that no clock fault can make limits meaningless.
    """
    rounds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        _work()
        rounds.append(time.process_time() - started)
    return round(min(max(min(rounds) / REFERENCE_S, _FASTEST), _SLOWEST), 3)
