"""A run in one file, for somebody else to check: its log, its texts, and what its scores depend on."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec

from evolve.runs.device_checks import device_checks
from evolve.runs.errors import UnknownText
from evolve.runs.events import Draft, Event
from evolve.runs.header import Header
from evolve.runs.history import rebuild
from evolve.runs.references import named
from evolve.runs.store import Store
from evolve.runs.verifications import verifications
from problems.registry import get

FORMAT: Final = 1
_LOG, _MANIFEST, _READ_ME = "run.db", "manifest.json", "README.txt"
_LARGEST_BYTES: Final = 4 << 30
"""Beyond any run; what says that it unpacks to more is no bundle."""
_TOLD: Final = """Run {run} of adrs: problem {problem}, {evaluated} evaluations, seed {seed}.

To check that it comes out the same on your machine, install adrs and type

    adrs replay {file}

run.db is its log, readable by adrs show {run} --db run.db; manifest.json says what its scores depend on.
"""


class BundleDamaged(Exception):  # noqa: N818 - reads as what happened
    """A file that is no bundle, or not as it was packed; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds.

    Attributes:
        digests: What the run's scores depend on, by name.
        archive: Digest of its final archive.
        champion: Step and scores; None without one.
        evidence: What stands in the log of the champion beside its scores: `verified` and `gpu`, in words.
        log_sha256: Of the log's file.
    """

    format: int
    run: str
    problem: str
    workload: str
    sandbox: str
    seed: int
    evaluated: int
    steps: int
    archive: str
    champion: Mapping[str, float] | None
    digests: Mapping[str, str]
    machine: Mapping[str, Any]
    packages: Mapping[str, str]
    log_sha256: str
    evidence: Mapping[str, str] = field(default_factory=dict)


def pack(store: Store, run: str, path: Path, *, packages: Mapping[str, str]) -> Manifest:
    """Writes a bundle of a run that nobody goes on with; the file must not exist yet.

    Raises:
        FileExistsError: It does.
        StoreError: There is no such run, or the store is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="adrs-bundle-") as folder:
        log = Path(folder) / _LOG
        _copy(store, run, log)
        manifest = _manifest(store, run, packages, hashlib.sha256(log.read_bytes()).hexdigest())
        told = _TOLD.format(run=run, file=path.name, **_of(manifest, "problem", "evaluated", "seed"))
        with path.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(log, _LOG)
            packed.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
            packed.writestr(_READ_ME, told)
    return manifest


def _of(manifest: Manifest, *names: str) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in names}


def _copy(store: Store, run: str, path: Path) -> None:
    """Copies a run into a store of its own, with the texts that it speaks of."""
    with Store.open(path) as single:
        begun = False
        # Events of one transaction have one time, and stay together.
        for at, group in groupby(store.events(run), key=lambda event: event.at):
            events = list(group)
            drafts = [Draft(event.kind, event.step, event.body) for event in events]
            if not begun:
                single.create(run, drafts[:1], at=at)
                begun, drafts = True, drafts[1:]
            if drafts or _texts(store, events):
                single.append(run, drafts, at=at, texts=_texts(store, events))


def _texts(store: Store, events: list[Event]) -> list[str]:
    found = []
    for digest in dict.fromkeys(named([event.body for event in events])):
        try:
            found.append(store.text(digest))
        except UnknownText:
            continue  # a digest of something else, such as of instances
    return found


def _manifest(store: Store, run: str, packages: Mapping[str, str], log_sha256: str) -> Manifest:
    header = Header.read(store, run)
    spec = header.spec
    state = rebuild(store, run, header, get(spec.problem).axes)
    champion = state.champion
    told = None
    if champion is not None:
        scores = {"search": champion.search.score or 0.0, "validation": champion.validation.score or 0.0}
        told = {"step": champion.step, **scores}
    return Manifest(
        format=FORMAT,
        run=run,
        problem=spec.problem,
        workload=spec.workload,
        sandbox=str(spec.sandbox),
        seed=spec.seed,
        evaluated=state.evaluated,
        steps=state.commits,
        archive=state.archive.digest(),
        champion=told,
        digests=header.digests,
        machine=header.machine,
        packages=packages,
        log_sha256=log_sha256,
        evidence={} if champion is None else _evidence(store, run, champion.step),
    )


def _evidence(store: Store, run: str, step: int) -> dict[str, str]:
    """What was said of a candidate by whoever looked; that nobody did, too."""
    latest = verifications(store, run).latest
    verdict = str(latest.verdict) if latest is not None and latest.step == step else "not verified"
    return {"verified": verdict, "gpu": device_checks(store, run).told(step)}


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, Manifest]]:
    """Unpacks a bundle for a while, and gives the store in it and what it says of itself.

    Raises:
        BundleDamaged: It is none, of a later format, or not as it was packed.
    """
    with tempfile.TemporaryDirectory(prefix="adrs-bundle-") as folder:
        log = Path(folder) / _LOG
        try:
            with zipfile.ZipFile(path) as packed:
                manifest = _read_manifest(packed, path)
                if packed.getinfo(_LOG).file_size > _LARGEST_BYTES:
                    raise BundleDamaged(
                        f"{path} says that it unpacks to more than {_LARGEST_BYTES >> 30} GiB"
                    )
                log.write_bytes(packed.read(_LOG))
        except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
            raise BundleDamaged(f"{path} is no bundle of a run, or is damaged: {error}") from error
        if hashlib.sha256(log.read_bytes()).hexdigest() != manifest.log_sha256:
            raise BundleDamaged(f"the log in {path} is not the one that was packed; ask for the bundle again")
        yield log, manifest


def _read_manifest(packed: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(packed.read(_MANIFEST), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BundleDamaged(f"{path} does not say what it holds: {error}") from error
    if manifest.format > FORMAT:
        raise BundleDamaged(f"{path} has format {manifest.format}; this adrs reads up to {FORMAT}: update it")
    return manifest
