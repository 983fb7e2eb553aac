import time
from pathlib import Path

import pytest

from evolve.data.download import Download, NotThere
from problems.datasets import DataMissing
from tests.evolve.data.public_home import Home

MIB = b"0123456789abcdef" * 65_536


@pytest.fixture
def download() -> Download:
    return Download(most_bytes=1 << 21, told=lambda _: None)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "greeting.txt"


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_arrives_whole_and_leaves_nothing_beside_it(
    home: Home, download: Download, target: Path
) -> None:
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hello "
    assert beside(target) == ["greeting.txt"]


def test_what_is_fetched_is_told_with_its_size(home: Home, target: Path) -> None:
    told: list[str] = []
    Download(most_bytes=1000, told=told.append).fetch(f"{home.address}/greeting.txt", target)
    assert told == [f"fetching {home.address}/greeting.txt, 6 bytes"]


def test_a_broken_line_is_said_and_the_next_try_goes_on_from_there(
    home: Home, download: Download, target: Path
) -> None:
    home.files["greeting.txt"] = MIB
    home.drop_after = 700_000
    with pytest.raises(DataMissing, match=r"ended after 700,000 of 1,048,576 bytes; .* goes on from there"):
        download.fetch(f"{home.address}/greeting.txt", target)
    assert not target.exists()
    home.drop_after = None
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == MIB
    assert home.asked == [("greeting.txt", None), ("greeting.txt", "bytes=700000-")]


def test_a_line_that_breaks_twice_is_gone_on_with_twice(home: Home, download: Download, target: Path) -> None:
    home.drop_after = 2
    for _ in range(2):
        with pytest.raises(DataMissing):
            download.fetch(f"{home.address}/greeting.txt", target)
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hello "
    assert [wanted for _, wanted in home.asked] == [None, "bytes=2-", "bytes=4-"]


def test_a_server_without_ranges_sends_it_all_again(home: Home, download: Download, target: Path) -> None:
    home.drop_after, home.ranges = 2, False
    with pytest.raises(DataMissing):
        download.fetch(f"{home.address}/greeting.txt", target)
    home.drop_after = None
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hello "


def test_a_file_that_has_changed_meanwhile_is_not_joined_to_its_old_beginning(
    home: Home, download: Download, target: Path
) -> None:
    home.drop_after = 2
    with pytest.raises(DataMissing):
        download.fetch(f"{home.address}/greeting.txt", target)
    home.drop_after, home.version, home.files["greeting.txt"] = None, '"2"', b"goodbye"
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"goodbye"


def test_the_beginning_of_another_address_is_not_gone_on_with(
    home: Home, download: Download, target: Path
) -> None:
    home.drop_after = 2
    with pytest.raises(DataMissing):
        download.fetch(f"{home.address}/rest.txt", target)
    home.drop_after = None
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hello "


def test_another_part_than_was_asked_for_is_not_joined(home: Home, download: Download, target: Path) -> None:
    home.drop_after = 2
    with pytest.raises(DataMissing):
        download.fetch(f"{home.address}/greeting.txt", target)
    home.drop_after, home.shift = None, 1
    with pytest.raises(DataMissing, match="sent another part than was asked for"):
        download.fetch(f"{home.address}/greeting.txt", target)
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hello "


def test_a_beginning_longer_than_the_file_is_dropped(home: Home, download: Download, target: Path) -> None:
    home.drop_after = 5
    with pytest.raises(DataMissing):
        download.fetch(f"{home.address}/greeting.txt", target)
    home.drop_after, home.files["greeting.txt"] = None, b"hi"
    with pytest.raises(DataMissing, match=r"shorter than what came of it before .*begins afresh"):
        download.fetch(f"{home.address}/greeting.txt", target)
    download.fetch(f"{home.address}/greeting.txt", target)
    assert target.read_bytes() == b"hi"


def test_a_file_that_is_not_there_is_named_with_what_to_do(
    home: Home, download: Download, target: Path
) -> None:
    with pytest.raises(NotThere, match=r"/nothing.txt is not there any more \(HTTP 404 .*--from URL"):
        download.fetch(f"{home.address}/nothing.txt", target)


def test_a_server_that_refuses_is_quoted(home: Home, download: Download, target: Path) -> None:
    home.status = 503
    with pytest.raises(DataMissing, match=r"refused \(HTTP 503 Service Unavailable\)"):
        download.fetch(f"{home.address}/greeting.txt", target)


@pytest.mark.parametrize(
    ("kind", "content"), [("text/html", b"sign in"), ("text/plain", b"<!DOCTYPE html><p>sign in")]
)
def test_a_page_instead_of_a_file_is_not_kept(
    home: Home, download: Download, target: Path, kind: str, content: bytes
) -> None:
    home.kind, home.files["greeting.txt"] = kind, content
    with pytest.raises(DataMissing, match="answered with a web page instead of the file"):
        download.fetch(f"{home.address}/greeting.txt", target)
    assert beside(target) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_too_long_is_dropped(home: Home, target: Path, chunked: bool) -> None:
    home.chunked = chunked
    with pytest.raises(DataMissing, match="sent more than 5 bytes, so it is not that file"):
        Download(most_bytes=5, told=lambda _: None).fetch(f"{home.address}/greeting.txt", target)
    assert beside(target) == []


def test_a_length_that_is_a_lie_is_a_broken_line(home: Home, download: Download, target: Path) -> None:
    home.lie = 4
    with pytest.raises(DataMissing, match="ended after 6 of 10 bytes"):
        download.fetch(f"{home.address}/greeting.txt", target)


def test_chunks_that_break_off_are_a_broken_line(home: Home, download: Download, target: Path) -> None:
    home.chunked, home.drop_after = True, 5
    with pytest.raises(DataMissing, match="could not be read"):
        download.fetch(f"{home.address}/greeting.txt", target)
    assert not target.exists()


def test_a_silent_server_is_left_and_what_came_is_kept(home: Home, target: Path) -> None:
    home.silent_s = 0.3
    begun = time.monotonic()
    with pytest.raises(DataMissing, match=r"could not be read \(timed out\)"):
        Download(1000, lambda _: None, timeout_s=0.05).fetch(f"{home.address}/greeting.txt", target)
    assert time.monotonic() - begun < 0.3  # it did not wait for the rest
    assert target.with_name("greeting.txt.part").read_bytes() == b"h"


def test_no_server_is_said(home: Home, download: Download, target: Path) -> None:
    with pytest.raises(DataMissing, match=r"http://127.0.0.1:9/x could not be read \(.*refused"):
        download.fetch("http://127.0.0.1:9/x", target)


def test_a_full_disk_is_said(home: Home, download: Download, target: Path) -> None:
    target.with_name("greeting.txt.part").symlink_to("/dev/full")
    with pytest.raises(DataMissing, match="could not be written: No space left on device"):
        download.fetch(f"{home.address}/greeting.txt", target)
