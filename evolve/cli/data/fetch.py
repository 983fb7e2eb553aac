"""`adrs data fetch`: says what would be downloaded, asks, and does it."""

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from rich.text import Text

from evolve.cli.data.sets import named
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.terminal import console, harmless, size
from evolve.data.building import addresses, by_hand, fetch
from evolve.data.condition import faults, is_here
from evolve.data.known import known
from problems.datasets import DataFolder, DataMissing
from problems.origins import DataSet


def fetch_data(name: str, *, mirror: str | None, agreed: bool) -> Exit:
    """Fetches a data set, unless all of it is here and as it should be.

    Raises:
        DataMissing: As `evolve.data.building.fetch` says.
    """
    found, folder = known(), DataFolder.find()
    data_set = found.sets[named(name, tuple(found.sets))]
    if is_here(folder, name) and not any(faults(folder, name, data_set)):
        say(f"{name} is here already, and as it should be: {folder.root / name}")
        return Exit.DONE
    if data_set.recipe is None:
        raise DataMissing(by_hand(data_set, folder))
    _refuse_other_than_web(mirror)
    out = console(stderr=True)
    for line in _announcement(data_set, folder, mirror):
        out.print(Text(harmless(line)), soft_wrap=True)  # addresses are there to be copied
    if not (agreed or _agreed()):
        return Exit.USAGE
    fetch(data_set, folder, mirror=mirror, told=say)
    say(f"{name} is in {folder.root / name}, as it should be")
    return Exit.DONE


def _announcement(data_set: DataSet, folder: DataFolder, mirror: str | None) -> Iterator[str]:
    yield f"data set  {data_set.name}: {data_set.about}"
    yield f"home      {data_set.home}"
    yield f"licence   {data_set.licence}"
    yield f"download  about {size(data_set.download_size)}, built into {folder.root / data_set.name}, from"
    for file in data_set.public:
        yield f"          {addresses(file, mirror)[0]}"


def _agreed() -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Misuse("nothing was fetched: agree to the download and its licence with --yes")
    sys.stderr.write("fetch it? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in {"y", "yes"}:
        return True
    say("nothing was fetched")
    return False


def _refuse_other_than_web(mirror: str | None) -> None:
    if mirror is None:
        return
    try:
        parts = urlsplit(mirror)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise Misuse(
            f"expected an address such as https://mirror.example/data after --from, but got {mirror!r}"
        )
