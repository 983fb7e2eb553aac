"""`adrs data`, with a problem of a stranger's whose data set has its home on this machine."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from problems import registry
from tests.evolve.cli.conftest import COMMAND, Adrs
from tests.evolve.data.public_home import Home, public_home

SOURCE = '''
"""A problem whose data is public on this machine."""

from dataclasses import replace

from adrs_toy.order import PROBLEM as ORDER
from problems.origins import DataFile, DataSet, PublicFile

HELLO = DataFile("hello.txt", 6, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
DATA = DataSet(
    name="greeting",
    about="a word",
    home="the house next door",
    licence="MIT",
    files=(HELLO,),
    public=(PublicFile("raw.txt", ("ADDRESS/raw.txt",)),),
    recipe=lambda public: {"hello.txt": public["raw.txt"].lower()},
    download_size=6,
)
SECRET = DataSet(name="secret", about="none", home="nowhere", licence="none stated", files=(HELLO,))
PROBLEM = replace(ORDER, name="toy-data", data=(DATA, SECRET))
OTHER = replace(ORDER, name="toy-other", data=(replace(DATA, about="another word"),))
'''


@pytest.fixture
def home(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Installs `toy-data`, which needs `greeting` from this home and `secret` from none."""
    info = tmp_path / "site" / "datahome-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: datahome\nVersion: 1.0\n")
    points = ["toy-data = datahome:PROBLEM", "toy-other = datahome:OTHER"]
    (info / "entry_points.txt").write_text("\n".join(["[adrs.problems]", *points]))
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}:{toy}")
    monkeypatch.setenv("no_proxy", "*")
    with public_home(raw__txt=b"HELLO\n") as found:
        (tmp_path / "site" / "datahome.py").write_text(SOURCE.replace("ADDRESS", found.address))
        sys.modules.pop("datahome", None)  # that of another test has another address
        registry._entries.cache_clear()
        registry.get.cache_clear()
        yield found
    monkeypatch.undo()
    registry._entries.cache_clear()
    registry.get.cache_clear()


def test_the_list_tells_what_needs_a_data_set_its_licence_and_its_home(adrs: Adrs, home: Home) -> None:
    ended = adrs("data", "list")
    lines = [line.split() for line in ended.out.splitlines()]
    assert ended.code == 0
    assert ["greeting", "no", "6", "B", "toy-data", "yes", "MIT"] in lines
    assert ["greeting", "the", "house", "next", "door"] in lines
    assert ["secret", "no", "recipe:", "obtain", "it", "from", "nowhere"] in lines


def test_the_list_has_everything_in_json(adrs: Adrs, home: Home, tmp_path: Path) -> None:
    found = adrs("data", "list", "--json").json
    (greeting,) = (data_set for data_set in found["sets"] if data_set["name"] == "greeting")
    assert found["folder"] == str(tmp_path / "data")
    assert greeting["files"][0]["path"] == "hello.txt"
    assert (greeting["here"], greeting["recipe"], greeting["needed_by"]) == ("no", True, ["toy-data"])


def test_shipped_data_sets_are_listed_and_so_is_what_no_problem_needs(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "data" / "mine").mkdir(parents=True)
    (tmp_path / "data" / "mine" / "SHA256SUMS").touch()
    found = adrs("data", "list", "--json").json
    names = {data_set["name"] for data_set in found["sets"]}
    assert {"cloudcast", "eplb", "llm_sql", "spot_multi", "spot_single", "txn"} <= names
    assert found["others"] == ["mine"]


def test_a_second_declaration_that_differs_is_told_and_ignored(adrs: Adrs, home: Home) -> None:
    ended = adrs("data", "list")
    assert "problem 'toy-other' declares the data set 'greeting' otherwise than 'toy-data' does" in ended.err


def test_what_is_fetched_is_said_before_and_checked_after(adrs: Adrs, home: Home, tmp_path: Path) -> None:
    ended = adrs("data", "fetch", "greeting", "--yes")
    assert ended.code == 0
    assert "home      the house next door\nlicence   MIT\n" in ended.err
    assert f"          {home.address}/raw.txt\n" in ended.err
    assert (tmp_path / "data" / "greeting" / "hello.txt").read_text() == "hello\n"
    assert adrs("data", "check", "greeting").code == 0


def test_without_a_terminal_nothing_is_fetched_unless_it_was_agreed_to(adrs: Adrs, home: Home) -> None:
    ended = adrs("data", "fetch", "greeting")
    assert ended.code == 2
    assert "agree to the download and its licence with --yes" in ended.err
    assert home.asked == []


@pytest.mark.parametrize(("answer", "code", "asked"), [("y", 0, 1), ("", 2, 0)])
def test_on_a_terminal_it_is_asked(adrs: Adrs, home: Home, answer: str, code: int, asked: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    ended = subprocess.run(
        [*COMMAND, "data", "fetch", "greeting"], stdin=theirs, stdout=theirs, stderr=theirs, check=False
    )
    said = os.read(ours, 1 << 16).decode()
    os.close(theirs)
    os.close(ours)
    assert "fetch it? [y/N]" in said
    assert (ended.returncode, len(home.asked)) == (code, asked)


def test_a_broken_download_goes_on_with_the_next_call(adrs: Adrs, home: Home) -> None:
    home.drop_after = 3
    broken = adrs("data", "fetch", "greeting", "--yes")
    home.drop_after = None
    assert (broken.code, broken.err.splitlines()[-1].count("goes on from there")) == (4, 1)
    assert adrs("data", "fetch", "greeting", "--yes").code == 0
    assert home.asked == [("raw.txt", None), ("raw.txt", "bytes=3-")]


def test_what_is_here_already_is_not_fetched_again(adrs: Adrs, home: Home) -> None:
    adrs("data", "fetch", "greeting", "--yes")
    again = adrs("data", "fetch", "greeting")
    assert again.code == 0
    assert "greeting is here already, and as it should be" in again.err
    assert len(home.asked) == 1


def test_a_wrong_checksum_is_exit_4_and_nothing_is_placed(adrs: Adrs, home: Home, tmp_path: Path) -> None:
    home.files["raw.txt"] = b"GOODBYE\n"
    ended = adrs("data", "fetch", "greeting", "--yes")
    assert ended.code == 4
    assert "hello.txt has checksum" in ended.err
    assert not (tmp_path / "data" / "greeting").exists()


def test_a_mirror_stands_in_for_the_home(adrs: Adrs, home: Home) -> None:
    with public_home(raw__txt=b"HELLO\n") as mirror:
        ended = adrs("data", "fetch", "greeting", "--from", mirror.address, "--yes")
    assert (ended.code, home.asked) == (0, [])


@pytest.mark.parametrize("mirror", ["ftp://mirror/x", "mirror", "https://", "http://[", "file:///etc"])
def test_a_mirror_is_an_address_on_the_web(adrs: Adrs, home: Home, mirror: str) -> None:
    ended = adrs("data", "fetch", "greeting", "--from", mirror, "--yes")
    assert ended.code == 2
    assert "expected an address such as https://" in ended.err


def test_a_data_set_without_a_recipe_is_exit_4(adrs: Adrs, home: Home) -> None:
    ended = adrs("data", "fetch", "secret", "--yes")
    assert ended.code == 4
    assert "secret has no recipe: obtain it from nowhere, put hello.txt into" in ended.err


@pytest.mark.parametrize("verb", ["check", "fetch"])
def test_a_misspelt_data_set_is_answered_with_the_nearest(adrs: Adrs, home: Home, verb: str) -> None:
    ended = adrs("data", verb, "greetings")
    assert ended.code == 2
    assert "there is no data set 'greetings'; did you mean 'greeting'?" in ended.err


def test_damage_is_a_line_and_exit_4(adrs: Adrs, home: Home, tmp_path: Path) -> None:
    adrs("data", "fetch", "greeting", "--yes")
    (tmp_path / "data" / "greeting" / "hello.txt").write_text("hallo\n")
    ended = adrs("data", "check")
    assert ended.code == 4
    assert [line for line in ended.out.splitlines() if line.startswith("greeting/hello.txt is damaged")]


def test_only_data_sets_that_are_named_must_be_here(adrs: Adrs, home: Home) -> None:
    adrs("data", "fetch", "greeting", "--yes")
    assert adrs("data", "check").code == 0
    ended = adrs("data", "check", "greeting", "secret", "--json")
    assert ended.code == 4
    assert (ended.json["checked"], ended.json["absent"]) == ({"greeting": []}, ["secret"])


def test_nothing_at_all_is_exit_4(adrs: Adrs, home: Home) -> None:
    ended = adrs("data", "check")
    assert ended.code == 4
    assert "greeting is not here\n" in ended.out
