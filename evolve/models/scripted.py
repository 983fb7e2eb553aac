"""Models without a provider: replies from a function, or from a record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evolve.models.language_model import Call, Completion, ModelError

Reply = Completion | ModelError


@dataclass(frozen=True, slots=True)
class Scripted:
    """Answers what a function says; an error that it returns is raised."""

    script: Callable[[Call], Reply]

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call at once."""
        return _answered(self.script(call))


@dataclass(frozen=True, slots=True)
class Recorded:
    """Answers what is recorded for a step, whatever is asked.

    Raises:
        KeyError: When asked for a step that is not recorded.
    """

    replies: Mapping[int, Reply]

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call at once."""
        return _answered(self.replies[call.step])


def _answered(reply: Reply) -> Completion:
    if isinstance(reply, ModelError):
        raise reply
    return reply
