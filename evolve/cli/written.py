"""Files that a command writes: whole or not at all, and over another one only by force."""

import os
from contextlib import suppress
from pathlib import Path

from evolve.cli.exits import Misuse


def write_whole(path: Path, content: bytes, *, force: bool) -> None:
    """Writes a file so that nobody ever finds half of it.

    Raises:
        Misuse: There is one, or it cannot be written.
    """
    draft, taken = path.with_name(f".{path.name}.{os.getpid()}"), False
    try:
        if not force:
            path.open("xb").close()  # takes the name, so that two writers cannot both think it is theirs
            taken = True
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        for left in (draft, *([path] if taken else [])):
            with suppress(OSError):
                left.unlink()
        if isinstance(error, FileExistsError):
            raise Misuse(f"{path} exists and was not touched; choose another file, or add --force") from error
        raise Misuse(f"{path} cannot be written: {error.strerror}; choose another file") from error
