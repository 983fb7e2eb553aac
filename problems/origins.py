"""Where data sets are public, and how our files are made of what is there; we hand none of them on."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Recipe = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
"""Contents of our files by path, made of contents of public files by name; pure.

Raises ValueError, LookupError, TypeError or AttributeError of files that are not what was published.
"""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file as its publishers have it.

    Attributes:
        name: Its path below the address of a mirror; recipes know it by this name.
        addresses: Where it may be, the likeliest first.
    """

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of ours; size and checksum are of its content, uncompressed.

    Attributes:
        path: Below the data set's folder; with the ending `.gz` it is kept compressed.
        sha256: None if none is on record.
    """

    path: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Files that a problem can be measured on, and where they come from.

    Attributes:
        name: Of its folder.
        about: What it is, in a line.
        home: Where its publishers have it, for people.
        licence: Its name, or what is known of it.
        files: All that loaders may ask for.
        public: What is downloaded; none without a recipe.
        recipe: Makes every file out of the public ones; None if how it was made is not known well enough.
        download_size: Bytes to download, about.
        most_bytes: That any public file can have; a longer answer is something else.
    """

    name: str
    about: str
    home: str
    licence: str
    files: tuple[DataFile, ...] = field(repr=False)
    public: tuple[PublicFile, ...] = field(repr=False, default=())
    recipe: Recipe | None = field(repr=False, default=None)
    download_size: int = 0
    most_bytes: int = 1 << 26

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(
                f"a data set is named as its folder, in letters, digits and _, but got {self.name!r}"
            )
        for path in (*(file.path for file in self.files), *(file.name for file in self.public)):
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"files of {self.name!r} must lie in its folder, but got {path!r}")
        if self.recipe and not (self.public and all(file.sha256 for file in self.files)):
            raise ValueError(
                f"{self.name!r} has a recipe, so it needs public files, and a checksum of each file"
            )

    @property
    def size(self) -> int:
        """Bytes of all files, uncompressed."""
        return sum(file.size for file in self.files)


def content_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal; a file that ends in `.gz` is uncompressed first.

    Raises:
        OSError, EOFError, zlib.error: It cannot be read, or is compressed and damaged.
    """
    hasher = hashlib.sha256()
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def compressed(content: bytes) -> bytes:
    """Compresses without name and time, so that the same content gives the same file."""
    return gzip.compress(content, mtime=0)
