import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

from evolve.data.building import fetch
from problems.datasets import DataFolder, DataMissing
from problems.origins import DataSet, PublicFile, content_digest
from tests.evolve.data.conftest import CONTENT
from tests.evolve.data.public_home import Home, public_home


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def bring(data_set: DataSet, folder: DataFolder, mirror: str | None = None) -> None:
    fetch(data_set, folder, mirror=mirror, told=lambda _: None)


def test_every_file_is_built_and_found_by_the_loaders(greeting: DataSet, folder: DataFolder) -> None:
    bring(greeting, folder)
    assert folder.file("greeting/all.txt", source="").read_bytes() == CONTENT
    packed = folder.file("greeting/deep/all.txt.gz", source="")
    assert content_digest(packed) == greeting.files[1].sha256


def test_its_source_and_licence_lie_beside_it(greeting: DataSet, folder: DataFolder) -> None:
    bring(greeting, folder)
    told = (folder.root / "greeting" / "SOURCE.txt").read_text()
    assert "home: the web\nlicence: MIT" in told


def test_nothing_is_left_of_the_download(greeting: DataSet, folder: DataFolder) -> None:
    bring(greeting, folder)
    assert sorted(path.name for path in (folder.root / ".fetch").iterdir()) == ["greeting.lock"]


def test_files_that_came_whole_are_not_fetched_again(
    greeting: DataSet, folder: DataFolder, home: Home
) -> None:
    rest = home.files.pop("rest.txt")
    with pytest.raises(DataMissing, match=r"rest\.txt is not there"):
        bring(greeting, folder)
    home.files["rest.txt"] = rest
    bring(greeting, folder)
    assert [name for name, _ in home.asked] == ["greeting.txt", "rest.txt", "rest.txt"]


def test_what_is_not_what_was_published_is_set_aside_and_never_placed(
    greeting: DataSet, folder: DataFolder, home: Home
) -> None:
    home.files["rest.txt"] = b"w0rld"
    with pytest.raises(DataMissing, match=r"all.txt has checksum .* on record\); it is kept in .* \.wrong"):
        bring(greeting, folder)
    assert not (folder.root / "greeting").exists()
    assert (folder.root / ".fetch" / "greeting" / "rest.txt.wrong").read_bytes() == b"w0rld"
    home.files["rest.txt"] = b"world"
    bring(greeting, folder)
    assert folder.has("greeting/all.txt")


def test_files_that_the_recipe_cannot_read_are_set_aside(greeting: DataSet, folder: DataFolder) -> None:
    def lost(_: object) -> dict[str, bytes]:
        raise KeyError("column")

    with pytest.raises(DataMissing, match=r"not what was published \(KeyError: 'column'\)"):
        bring(replace(greeting, recipe=lost), folder)
    assert (folder.root / ".fetch" / "greeting" / "rest.txt.wrong").is_file()


def test_a_damaged_file_is_replaced(greeting: DataSet, folder: DataFolder) -> None:
    bring(greeting, folder)
    whole = folder.root / "greeting" / "all.txt"
    whole.write_bytes(b"HELLO W")
    bring(greeting, folder)
    assert whole.read_bytes() == CONTENT


def test_the_second_address_is_tried_where_the_first_has_nothing(
    greeting: DataSet, folder: DataFolder, home: Home
) -> None:
    moved = tuple(
        PublicFile(file.name, (f"{home.address}/old/{file.name}", *file.addresses))
        for file in greeting.public
    )
    bring(replace(greeting, public=moved), folder)
    assert folder.has("greeting/all.txt")


def test_a_mirror_is_asked_instead_of_the_home(greeting: DataSet, folder: DataFolder, home: Home) -> None:
    with public_home(greeting__txt=b"hello ", rest__txt=b"world") as mirror:
        bring(greeting, folder, mirror=f"{mirror.address}/")
    assert folder.has("greeting/all.txt")
    assert f"Fetched from {mirror.address}/" in (folder.root / "greeting" / "SOURCE.txt").read_text()
    assert home.asked == []


def test_a_data_set_without_a_recipe_says_how_it_is_had(greeting: DataSet, folder: DataFolder) -> None:
    with pytest.raises(
        DataMissing, match=r"no recipe: obtain it from the web, put all.txt .*sha256sum all.txt"
    ):
        bring(replace(greeting, recipe=None), folder)


def test_a_second_fetch_of_the_same_is_kept_out(greeting: DataSet, folder: DataFolder) -> None:
    lock = folder.root / ".fetch" / "greeting.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DataMissing, match="being fetched by another process"):
            bring(greeting, folder)
    bring(greeting, folder)


def test_a_data_folder_that_cannot_be_written_is_said(greeting: DataSet, folder: DataFolder) -> None:
    folder.root.write_text("a file, no folder")
    with pytest.raises(DataMissing, match="could not be written: Not a directory"):
        bring(greeting, folder)


def test_a_recipe_needs_checksums_to_hold_it_against(greeting: DataSet) -> None:
    files = (replace(greeting.files[0], sha256=None),)
    with pytest.raises(ValueError, match=r"'greeting' has a recipe, so it needs .* a checksum of each file"):
        replace(greeting, files=files)


@pytest.mark.parametrize("path", ["/etc/passwd", "../all.txt"])
def test_files_lie_in_the_folder_of_their_data_set(greeting: DataSet, path: str) -> None:
    with pytest.raises(ValueError, match="must lie in its folder"):
        replace(greeting, files=(replace(greeting.files[0], path=path),))
    with pytest.raises(ValueError, match="must lie in its folder"):
        replace(greeting, public=(PublicFile(path, ("http://nowhere",)),))


@pytest.mark.parametrize("name", ["", "..", "a/b", ".fetch"])
def test_a_data_set_is_named_as_a_folder(greeting: DataSet, name: str) -> None:
    with pytest.raises(ValueError, match="is named as its folder"):
        replace(greeting, name=name)
