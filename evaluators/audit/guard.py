"""A trusted side that says so when it fails, as that of a problem under audit may."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, cast

from evaluators.values import SCORE_SLACK
from problems.base import Instance, InvalidAnswer, Limits, OneShot, Outcome, Stepwise


class TrustedSideBroken(Exception):  # noqa: N818 - reads as what happened
    """The trusted side raised what it may not, or gave an outcome that cannot be."""


class Guarded:
    """A problem's trusted side, with each outcome looked at."""

    def __init__(self, evaluator: OneShot | Stepwise) -> None:
        self._one_shot = cast("OneShot", evaluator)
        self._stepwise = cast("Stepwise", evaluator)

    def setup(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Passes on."""
        return self._stepwise.setup(instance, limits)

    def task(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Passes on."""
        return self._one_shot.task(instance, limits)

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:  # noqa: ANN401 - each problem's own type
        """Passes on.

        Raises:
            InvalidAnswer: The answer breaks a rule.
            TrustedSideBroken: Anything else went wrong.
        """
        with boundary(f" on {instance.name}"):
            outcome = self._one_shot.measure(instance, answer)
        return checked(outcome, instance)

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        """Passes on, and raises as `measure` does."""
        with boundary(f" on {instance.name}"):
            outcome = yield from self._stepwise.simulate(instance)
        return checked(outcome, instance)


def checked(outcome: Outcome, instance: Instance) -> Outcome:
    """Gives an outcome back if it is one.

    Raises:
        TrustedSideBroken: Its score is not in [0, 1], or a metric is not finite.
    """
    figures = {"score": outcome.score, **outcome.metrics}
    endless = [name for name, value in figures.items() if not math.isfinite(value)]
    if endless:
        raise TrustedSideBroken(f"it gave {endless[0]} {figures[endless[0]]} on {instance.name}")
    if not 0.0 <= outcome.score <= 1.0 + SCORE_SLACK:
        raise TrustedSideBroken(f"it gave the score {outcome.score:.6g} on {instance.name}, not in [0, 1]")
    return outcome


@contextmanager
def boundary(where: str = "") -> Iterator[None]:
    """Has what belongs to a stranger fail in one way alone.

    Raises:
        TrustedSideBroken: It raised something else than `InvalidAnswer`.
    """
    try:
        yield
    except (InvalidAnswer, TrustedSideBroken):
        raise
    except Exception as error:  # a boundary: a stranger's trusted side may raise anything
        raise TrustedSideBroken(f"it raised {error!r:.200}{where}") from error
