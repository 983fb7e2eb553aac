import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs


@pytest.fixture
def bundle(adrs: Adrs, finished: Path, tmp_path: Path) -> Path:
    path = tmp_path / "done.zip"
    ended = adrs("bundle", "done", "--db", finished, "--out", path)
    assert (ended.code, ended.out) == (0, "")
    assert "Whoever gets it checks it with: adrs replay done.zip" in ended.err
    return path


def test_a_bundle_comes_out_the_same_elsewhere(adrs: Adrs, bundle: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    ended = adrs("replay", bundle, "--workers", 1)
    assert ended.code == 0
    assert "done-replay repeats done: " in " ".join(ended.out.split())
    assert "every event and score the same" in " ".join(ended.out.split())
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bundle_holds_one_run_its_texts_and_what_it_depends_on(
    adrs: Adrs, finished: Path, bundle: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle) as packed:
        assert packed.namelist() == ["run.db", "manifest.json", "README.txt"]
        manifest = json.loads(packed.read("manifest.json"))
        packed.extract("run.db", tmp_path)
        assert b"adrs replay done.zip" in packed.read("README.txt")
    shown = adrs("show", "done", "--db", finished, "--json").json
    assert manifest["archive"] == shown["archive"]["digest"]
    assert manifest["champion"]["validation"] == shown["champion"]["validation"]
    assert (manifest["evaluated"], manifest["run"]) == (30, "done")
    assert manifest["evidence"] == {"verified": "not verified", "gpu": "not verified (no device)"}
    inside = tmp_path / "run.db"
    assert [run["name"] for run in adrs("runs", "--db", inside, "--json").json["runs"]] == ["done"]
    for step in (0, 20):
        words = ("show", "done", step, "--json", "--db")
        assert adrs(*words, inside).json == adrs(*words, finished).json


def test_a_bundle_is_not_overwritten_but_by_force(adrs: Adrs, finished: Path, bundle: Path) -> None:
    words = ("bundle", "done", "--db", finished, "--out", bundle)
    ended = adrs(*words)
    assert (ended.code, "exists and was not touched" in ended.err) == (2, True)
    assert adrs(*words, "--force").code == 0


def altered(bundle: Path, **changes: object) -> Path:
    """A copy of a bundle with other values in its manifest, or other bytes in its log."""
    path = bundle.with_name("altered.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == "manifest.json":
                raw = json.dumps({**json.loads(raw), **changes}).encode()
            new.writestr(name, raw)
    return path


def test_a_bundle_that_was_altered_is_not_believed(adrs: Adrs, bundle: Path) -> None:
    ended = adrs("replay", altered(bundle, log_sha256="0" * 64))
    assert ended.code == 4
    assert "is not the one that was packed; ask for the bundle again" in ended.err


def test_a_bundle_of_a_later_format_asks_for_a_later_adrs(adrs: Adrs, bundle: Path) -> None:
    ended = adrs("replay", altered(bundle, format=99))
    assert (ended.code, "has format 99; this adrs reads up to 1: update it" in ended.err) == (4, True)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_said_to_be_none(adrs: Adrs, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "strange.zip"
    path.write_bytes(content)
    ended = adrs("replay", path)
    assert (ended.code, "is no bundle of a run, or is damaged" in ended.err) == (4, True)
    missing = adrs("replay", tmp_path / "gone.zip")
    assert (missing.code, "name a bundle, as adrs bundle RUN writes it" in missing.err) == (2, True)


def test_a_strangers_run_is_never_repeated_outside_of_the_sandbox(
    adrs: Adrs, finished: Path, tmp_path: Path
) -> None:
    db, path = tmp_path / "open.db", tmp_path / "open.zip"
    shutil.copy(finished, db)
    options = ("--max-evals", 2, "--workers", 1, "--sandbox", "none", "--name", "open", "--db", db)
    assert adrs("run", "toy-order", *options).code == 0
    assert adrs("bundle", "open", "--db", db, "--out", path).code == 0
    for bundle in (path, altered(path, sandbox="full")):
        ended = adrs("replay", bundle)
        assert ended.code == 2
        assert "was measured in sandbox mode none" in ended.err


def test_a_run_that_is_not_there_is_not_packed(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    ended = adrs("bundle", "gone", "--db", finished, "--out", tmp_path / "gone.zip")
    assert (ended.code, "has no run 'gone'" in ended.err) == (2, True)
    assert not (tmp_path / "gone.zip").exists()


def test_nothing_of_another_run_leaves_with_a_bundle(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    db, secret = tmp_path / "two.db", tmp_path / "secret.py"
    shutil.copy(finished, db)
    secret.write_text("# unpublished\ndef solve(task): return tuple(range(len(task.jobs)))\n")
    options = ("--max-evals", 6, "--workers", 1, "--seed-policy", secret, "--name", "secret", "--db", db)
    assert adrs("run", "toy-order", *options).code == 0
    path = tmp_path / "done.zip"
    assert adrs("bundle", "done", "--db", db, "--out", path).code == 0
    with zipfile.ZipFile(path) as packed:
        packed.extract("run.db", tmp_path)
    with sqlite3.connect(tmp_path / "run.db") as inside:
        (inner,) = inside.execute("SELECT count(*) FROM texts").fetchone()
    with sqlite3.connect(db) as outside:
        (outer,) = outside.execute("SELECT count(*) FROM texts").fetchone()
    assert 0 < inner < outer
