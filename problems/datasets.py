"""Where measured workloads are found, and what is said when they are not."""

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class DataMissing(Exception):  # noqa: N818 - reads as what happened
    """A measured workload is needed and not there, or is not the file that was published."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder with one sub-folder a data set, each with a file `SHA256SUMS` of all that is in it."""

    root: Path

    @staticmethod
    def find() -> "DataFolder":
        """Takes `ADRS_DATA`, else the user's data folder."""
        default = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "adrs" / "data"
        return DataFolder(Path(os.environ.get("ADRS_DATA") or default).expanduser().resolve())

    def has(self, relative: str) -> bool:
        """Whether the file is there; its checksum is looked at only when it is opened."""
        return (self.root / relative).is_file()

    def file(self, relative: str, *, source: str) -> Path:
        """Finds `relative` and checks it against the data set's `SHA256SUMS`.

        Args:
            source: Where the data set is published, for the message.

        Raises:
            DataMissing: Not there, unlisted, or another content than listed.
        """
        path = self.root / relative
        if not path.is_file():
            raise DataMissing(
                f"{relative} is needed and was not found in {self.root}; set ADRS_DATA to the folder that "
                f"holds {Path(relative).parts[0]}/ (published at {source}), get it as adrs data list says, "
                "or measure on the generated splits, which need no data"
            )
        data_set = self.root / Path(relative).parts[0]
        expected = _checksums(data_set).get(path.relative_to(data_set).as_posix())
        with reading(path, what="a file of that data set"):
            actual = hashlib.sha256(path.read_bytes()).hexdigest()
        if expected != actual:
            raise DataMissing(
                f"{path} has checksum {actual[:16]}, but SHA256SUMS of {data_set.name} says "
                f"{expected[:16] if expected else 'nothing of this file'}; fetch it again from {source}"
            )
        return path


@contextmanager
def reading(path: Path, *, what: str) -> Iterator[None]:
    """Turns whatever goes wrong in reading a file into one sentence that names it.

    Args:
        what: What the file should hold, such as `rows of src, dest, cost`.

    Raises:
        DataMissing: The file is cut short, is not what it should be, or cannot be read.
    """
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        detail = f"{type(error).__name__}: {error}"
        raise DataMissing(
            f"{path} was expected to hold {what}, but reading it failed ({detail:.200}); fetch it again"
        ) from error


def listed(folder: Path) -> dict[str, str]:
    """Reads a data set's `SHA256SUMS`: checksums of its files as they lie there, by path.

    Raises:
        DataMissing: There is none, or it is no such list.
    """
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        raise DataMissing(
            f"{sums} is missing, so the files of its data set cannot be checked; fetch the data set again"
        )
    with reading(sums, what="a checksum and a path a line"):
        lines = [line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines()]
        return {
            name.strip().removeprefix("*").removeprefix("./"): digest for digest, name in filter(None, lines)
        }


_checksums = cache(listed)
