"""What bytes may enter as a policy."""

import pytest

from evaluators.admission import SOURCE_BYTES, admit
from sandbox.faults import Fault, FaultKind


def refused(raw: bytes) -> Fault:
    found = admit(raw)
    assert isinstance(found, Fault)
    assert found.kind is FaultKind.REFUSED
    return found


def test_a_byte_order_mark_and_foreign_line_ends_are_harmless() -> None:
    assert admit(b"\xef\xbb\xbfx = 1\r\ny = 2\rz = 3\n") == "x = 1\ny = 2\nz = 3\n"


def test_latin_1_is_refused_with_its_line() -> None:
    fault = refused(b"x = 1\n# caf\xe9\n")
    assert (fault.rule, fault.element) == ("source_not_utf8", "line 2")
    assert "0xe9" in fault.message


def test_nul_is_refused_with_its_line() -> None:
    fault = refused(b"x = 1\n\n\0")
    assert (fault.rule, fault.element) == ("source_has_nul", "line 3")


@pytest.mark.parametrize("size", [SOURCE_BYTES + 1, 10 * 1024 * 1024])
def test_a_huge_source_is_refused_before_it_is_decoded(size: int) -> None:
    fault = refused(b"\xff" * size)
    assert fault.rule == "source_too_large"
    assert f"{size:,}" in fault.message


def test_the_largest_source_is_admitted() -> None:
    assert admit(b"#" * SOURCE_BYTES) == "#" * SOURCE_BYTES


def test_an_empty_source_is_left_to_the_sandbox() -> None:
    assert admit(b"") == ""
