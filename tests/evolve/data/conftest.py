"""A home of public files, and a data set that is made of them."""

import hashlib
from collections.abc import Iterator, Mapping

import pytest

from problems.origins import DataFile, DataSet, PublicFile
from tests.evolve.data.public_home import Home, public_home

CONTENT = b"HELLO WORLD"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A server with `greeting.txt` and `rest.txt`, reached without a proxy."""
    monkeypatch.setenv("no_proxy", "*")
    with public_home(greeting__txt=b"hello ", rest__txt=b"world") as found:
        yield found


@pytest.fixture
def greeting(home: Home) -> DataSet:
    """Both files in one, in capitals, and once more compressed."""
    return data_set(home.address)


def joined(public: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The recipe."""
    content = (public["greeting.txt"] + public["rest.txt"]).upper()
    return {"all.txt": content, "deep/all.txt.gz": content}


def data_set(address: str) -> DataSet:
    """Makes the data set for a home at an address."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    return DataSet(
        name="greeting",
        about="a greeting",
        home="the web",
        licence="MIT",
        files=tuple(DataFile(path, len(CONTENT), digest) for path in ("all.txt", "deep/all.txt.gz")),
        public=tuple(PublicFile(name, (f"{address}/{name}",)) for name in ("greeting.txt", "rest.txt")),
        recipe=joined,
        download_size=11,
        most_bytes=1000,
    )
