"""A data set from its home into the data folder: fetched, built by its recipe, checked, and then placed."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from evolve.data.condition import SUMS
from evolve.data.download import Download, NotThere, writing
from problems.datasets import DataFolder, DataMissing
from problems.origins import DataFile, DataSet, PublicFile, compressed

_STAGING: Final = ".fetch"
_SOURCE: Final = "SOURCE.txt"


def addresses(file: PublicFile, mirror: str | None) -> tuple[str, ...]:
    """Where a public file is looked for, in order."""
    return file.addresses if mirror is None else (f"{mirror.rstrip('/')}/{quote(file.name)}",)


def fetch(data_set: DataSet, folder: DataFolder, *, mirror: str | None, told: Callable[[str], None]) -> None:
    """Fetches and builds every file of a data set, and replaces what is here of it.

    Args:
        mirror: Address below which the public files are looked for instead.
        told: Is told what is done, in sentences.

    Raises:
        DataMissing: There is no recipe, a file could not be had, or what was made of it is not what is on
            record; nothing was put in place.
    """
    if data_set.recipe is None:
        raise DataMissing(by_hand(data_set, folder))
    staging = folder.root / _STAGING / data_set.name
    with _alone(staging):
        download = Download(data_set.most_bytes, told)
        fetched = {file.name: _fetched(file, staging, mirror, download) for file in data_set.public}
        contents = _made(data_set, fetched)
        _place(data_set, contents, folder, staging)
        _write(folder.root / data_set.name / _SOURCE, _source(data_set, mirror).encode(), staging)
        with writing(staging):
            shutil.rmtree(staging)


def by_hand(data_set: DataSet, folder: DataFolder) -> str:
    """Says how a data set without a recipe is had."""
    place, names = folder.root / data_set.name, " ".join(file.path for file in data_set.files)
    return (
        f"{data_set.name} has no recipe: obtain it from {data_set.home}, put {names} into {place}, and list "
        f"the checksums there: (cd {place} && sha256sum {names} > {SUMS})"
    )


@contextmanager
def _alone(staging: Path) -> Iterator[None]:
    """Keeps a second fetch of the same data set out."""
    with writing(staging):
        staging.mkdir(parents=True, exist_ok=True)
        lock = (staging.parent / f"{staging.name}.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataMissing(
                f"{staging.name} is being fetched by another process; wait until it has ended"
            ) from error
        yield


def _fetched(file: PublicFile, staging: Path, mirror: str | None, download: Download) -> Path:
    """Finds a public file that an earlier try left whole, or fetches it."""
    target = staging / file.name
    if target.is_file():
        return target
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    *others, last = addresses(file, mirror)
    for address in others:
        try:
            download.fetch(address, target)
        except NotThere:
            continue
        return target
    download.fetch(last, target)
    return target


def _made(data_set: DataSet, fetched: Mapping[str, Path]) -> Mapping[str, bytes]:
    """Follows the recipe, and holds what comes out against the record."""
    assert data_set.recipe is not None
    try:
        contents = data_set.recipe({name: path.read_bytes() for name, path in fetched.items()})
        for file in data_set.files:
            _refuse_other(file, contents[file.path])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _set_aside(data_set, fetched, error) from error
    return contents


def _refuse_other(file: DataFile, content: bytes) -> None:
    actual = hashlib.sha256(content).hexdigest()
    if actual != file.sha256:
        raise ValueError(f"{file.path} has checksum {actual[:16]}, but {str(file.sha256)[:16]} is on record")


def _set_aside(data_set: DataSet, fetched: Mapping[str, Path], error: Exception) -> DataMissing:
    for path in fetched.values():
        with writing(path):
            path.replace(path.with_name(f"{path.name}.wrong"))
    where = next(iter(fetched.values())).parent
    return DataMissing(
        f"what was fetched for {data_set.name} is not what was published ({type(error).__name__}: "
        f"{error!s:.200}); it is kept in {where} with the ending .wrong, and not used: fetch it again, or "
        "name a mirror with --from URL"
    )


def _place(data_set: DataSet, contents: Mapping[str, bytes], folder: DataFolder, staging: Path) -> None:
    """Writes every file beside its place and then moves it there; what is there is never half a file."""
    place, sums = folder.root / data_set.name, []
    for file in data_set.files:
        content = contents[file.path]
        kept = compressed(content) if file.path.endswith(".gz") else content
        sums.append(f"{hashlib.sha256(kept).hexdigest()}  ./{file.path}\n")
        _write(place / file.path, kept, staging)
    _write(place / SUMS, "".join(sums).encode(), staging)


def _write(path: Path, content: bytes, staging: Path) -> None:
    beside = staging / "placing"
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def _source(data_set: DataSet, mirror: str | None) -> str:
    return (
        f"{data_set.name}: {data_set.about}\nhome: {data_set.home}\nlicence: {data_set.licence}\n"
        f"Fetched from {mirror or 'there'}, and built by adrs data fetch for your own use.\n"
    )
