"""One file from a server, to its end or to where the line broke; the next try goes on from there."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from problems.datasets import DataMissing

TIMEOUT_S: Final = 30.0
"""Without a byte."""
_AGAIN: Final = "what came so far is kept, and the same command goes on from there"
_AFRESH: Final = "what came so far is dropped, and the same command begins afresh"
_CHUNK: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_PAGE: Final = (b"<!doctype html", b"<html")


class NotThere(DataMissing):
    """The server has no file at that address."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a file, kept beside the place of the whole.

    Attributes:
        part: Its bytes.
        note: Of which address and which version they are.
    """

    part: Path
    note: Path

    @staticmethod
    def of(target: Path) -> "Begun":
        """Names the two files of a target."""
        return Begun(target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.from"))

    def size(self, address: str) -> tuple[int, str]:
        """Bytes that are here of this very address, and what the server called that version of it."""
        try:
            told = json.loads(self.note.read_text(encoding="utf-8"))
            if told["address"] == address:
                return self.part.stat().st_size, str(told["version"])
        except (OSError, ValueError, LookupError, TypeError):
            pass  # nothing that can be gone on with
        return 0, ""

    def forget(self) -> None:
        """Drops it."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Download:
    """How files are fetched.

    Attributes:
        most_bytes: A longer file is refused.
        told: Is told what is fetched, in a sentence.
        timeout_s: Wall seconds that a server may be silent.
    """

    most_bytes: int
    told: Callable[[str], None]
    timeout_s: float = TIMEOUT_S

    def fetch(self, address: str, target: Path) -> None:
        """Fetches a file; `target` is there only when it is whole.

        Raises:
            NotThere: The server knows no such file.
            DataMissing: It cannot be fetched now, or what comes is no such file; the message says what to do.
        """
        begun = Begun.of(target)
        have, version = begun.size(address)
        with self._answer(address, begun, have, version) as answer:
            _refuse_page(answer, address)
            start, total = _extent(answer)
            if start not in {0, have}:
                begun.forget()
                raise DataMissing(f"{address} sent another part than was asked for; {_AFRESH}")
            self.told(f"fetching {address}{_words(start, total)}")
            with writing(begun.part), begun.part.open("ab" if start else "wb") as file:
                # Only now: a note must never name bytes of another version.
                begun.note.write_text(json.dumps({"address": address, "version": _version(answer)}))
                size = start + self._copy(answer, file, address, self.most_bytes - start)
        if size > self.most_bytes:
            begun.forget()
            raise DataMissing(f"{address} sent more than {self.most_bytes:,} bytes, so it is not that file")
        if total is not None and size != total:
            raise DataMissing(f"{address} ended after {size:,} of {total:,} bytes; {_AGAIN}")
        with writing(target):
            begun.part.replace(target)
            begun.note.unlink()

    @contextmanager
    def _answer(
        self, address: str, begun: Begun, have: int, version: str
    ) -> Iterator[http.client.HTTPResponse]:
        request = Request(address, headers={"User-Agent": "adrs", "Accept-Encoding": "identity"})  # noqa: S310 - as below
        if have:
            request.add_header("Range", f"bytes={have}-")
        if have and version:
            request.add_header("If-Range", version)
        try:
            with _reading(address):
                answer = urlopen(request, timeout=self.timeout_s)  # noqa: S310 - only http and https are named
        except HTTPError as error:
            error.close()
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                begun.forget()
            raise _refused(address, error) from error
        with answer:
            yield answer

    def _copy(self, answer: http.client.HTTPResponse, file: BinaryIO, address: str, most: int) -> int:
        """Copies what comes, and one byte more than is allowed at most."""
        size = 0
        while size <= most:
            with _reading(address):
                chunk = answer.read1(min(_CHUNK, most + 1 - size))
            if not chunk:
                break
            file.write(chunk)
            size += len(chunk)
        return size


@contextmanager
def _reading(address: str) -> Iterator[None]:
    """Turns whatever goes wrong on the way into one sentence; an answer of the server's is left alone."""
    try:
        yield
    except HTTPError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        detail = str(reason) or type(reason).__name__
        raise DataMissing(f"{address} could not be read ({detail:.200}); {_AGAIN}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns whatever goes wrong in writing into one sentence.

    Raises:
        DataMissing: The disk is full, or the folder may not be written.
    """
    try:
        yield
    except OSError as error:
        raise DataMissing(f"{path} could not be written: {error.strerror}; {_AGAIN}") from error


def _extent(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """Where what comes begins, and how long the whole file is, if that is told; -1 for an unknown place."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if not found:
            return -1, None
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _words(start: int, total: int | None) -> str:
    whole = "" if total is None else f", {total:,} bytes"
    return f"{whole}, from byte {start:,} on" if start else whole


def _version(answer: http.client.HTTPResponse) -> str:
    """What the server calls this version of the file; a weak tag names no bytes."""
    tag = str(answer.headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(answer.headers.get("Last-Modified", ""))


def _refuse_page(answer: http.client.HTTPResponse, address: str) -> None:
    with _reading(address):
        begins = answer.peek(len(_PAGE[0]))[: len(_PAGE[0])].lower()
    if answer.headers.get_content_type() == "text/html" or begins.startswith(_PAGE):
        raise DataMissing(
            f"{address} answered with a web page instead of the file, as proxies and sign-in pages do; fetch "
            "it over another network, or name a mirror with --from URL"
        )


def _refused(address: str, error: HTTPError) -> DataMissing:
    words = f"HTTP {error.code} {error.reason}".strip()
    if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NotThere(f"{address} is not there any more ({words}); name a mirror with --from URL")
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return DataMissing(f"{address} is shorter than what came of it before ({words}); {_AFRESH}")
    return DataMissing(f"{address} was refused ({words}); {_AGAIN}, or name a mirror with --from URL")
