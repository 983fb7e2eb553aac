"""The model that is a person, or any program that reads and writes files."""

import asyncio
from typing import Final

from evolve.models.language_model import Call, Completion
from evolve.runs.callbook import CallBook

_LOOK_S: Final = 0.2


class Inbox:
    """Answers a call when somebody has told a reply for its step, however long that takes."""

    def __init__(self, book: CallBook) -> None:
        self._book = book

    async def complete(self, call: Call, /) -> Completion:
        """Waits for the reply."""
        while True:
            reply = self._book.reply(call.step)
            if reply is not None and reply.completion is not None:
                return reply.completion
            await asyncio.sleep(_LOOK_S)
