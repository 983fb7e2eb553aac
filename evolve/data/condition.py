"""Whether the files of a data set are here, and are what they should be."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from problems.datasets import DataFolder, DataMissing, listed, reading
from problems.origins import DataFile, DataSet, content_digest

SUMS = "SHA256SUMS"


def is_here(folder: DataFolder, name: str) -> bool:
    """Whether there is anything of a data set."""
    return (folder.root / name).is_dir()


def share_here(folder: DataFolder, data_set: DataSet) -> str:
    """Whether the files are there, in a word; their checksums are not looked at."""
    place = folder.root / data_set.name
    there = [(place / path).is_file() for path in (SUMS, *(file.path for file in data_set.files))]
    return "yes" if all(there) else "in part" if any(there) else "no"


def strangers(folder: DataFolder, declared: Collection[str]) -> tuple[str, ...]:
    """Names data sets that are here and that no installed problem declares."""
    found = {sums.parent.name for sums in folder.root.glob(f"*/{SUMS}")}
    return tuple(sorted(found.difference(declared)))


def faults(folder: DataFolder, name: str, data_set: DataSet | None) -> Iterator[str]:
    """Says what is wrong with a data set, a sentence a file; nothing if it can be used.

    Args:
        data_set: Its declaration, if there is one; without, files are held against `SHA256SUMS` alone.
    """
    place = folder.root / name
    try:
        sums = listed(place)
    except DataMissing as error:
        yield str(error)
        sums = {}
    files = {} if data_set is None else {file.path: file for file in data_set.files}
    for path in sorted(sums.keys() | files.keys()):
        fault = _fault(place, path, files.get(path), sums)
        if fault is not None:
            yield f"{name}/{path} {fault}"


def _fault(place: Path, path: str, file: DataFile | None, sums: Mapping[str, str]) -> str | None:
    whole = place / path
    if not whole.is_file():
        return "is missing"
    try:
        with reading(whole, what="a file of that data set"):
            if file is not None and file.sha256 is not None:
                content = content_digest(whole)
                if content != file.sha256:
                    return (
                        f"is damaged: its content has checksum {content[:16]}, but {file.sha256[:16]} is on "
                        "record"
                    )
            actual = hashlib.sha256(whole.read_bytes()).hexdigest()
    except DataMissing as error:
        return f"is damaged: {error}"
    if sums and path not in sums:
        return f"is not listed in {SUMS}, so no problem will read it"
    if sums and sums[path] != actual:
        return f"has checksum {actual[:16]}, but {SUMS} says {sums[path][:16]}"
    return None
