"""Whatever a child sends becomes a value of the expected type, or a fault by name."""

from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import NUMPY, ChildLimits, Fault
from sandbox.hints import hints
from sandbox.replies import ReplyReader
from sandbox.wire import ChildFault


@dataclass(frozen=True)
class Answer:
    order: tuple[int, ...]
    weight: float | None = None


HINTS = hints(NUMPY)
TINY = ChildLimits(answer_bytes=4)
MANY, FEW = ChildLimits(answer_bytes=1 << 20), ChildLimits(answer_bytes=1 << 10)
READER = ReplyReader(Answer, HINTS)
NUMBERS = ReplyReader(float, HINTS)
ANYTHING = ReplyReader(object, HINTS)

HOSTILE = {
    "NaN": (NUMBERS, b"NaN", "answer_malformed", None),
    "infinity": (NUMBERS, b"Infinity", "answer_malformed", None),
    "1e999": (NUMBERS, b"1e999", "not_finite", None),
    "null for a number": (NUMBERS, b"null", "answer_type", None),
    "true for a number": (NUMBERS, b"true", "answer_type", None),
    "half of a number": (READER, b'{"order": [1, 2.5]}', "answer_type", ".order[1]"),
    "text for a number": (READER, b'{"order": ["1"]}', "answer_type", ".order[0]"),
    "nothing": (READER, b"", "answer_malformed", None),
    "two answers": (NUMBERS, b"1 2", "answer_malformed", None),
    "deep nesting": (ANYTHING, b"[" * 100_000, "answer_malformed", None),
    "half of an answer": (READER, b'{"order": [1', "answer_malformed", None),
    "a pickle": (ANYTHING, b"\x80\x04\x95", "answer_malformed", None),
    "no UTF-8": (ANYTHING, b'"\xff"', "answer_malformed", None),
    "a number of 50,000 digits": (READER, b'{"order": [' + b"9" * 50_000 + b"]}", "answer_type", ".order[0]"),
    "too much": (ANYTHING, b'"' + b"x" * (1 << 20) + b'"', "answer_too_large", None),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_answer_is_a_fault_by_name(case: str) -> None:
    reader, body, rule, element = HOSTILE[case]
    fault = reader.answer(body, MANY)
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.element) == (rule, element)
    assert len(fault.message) < 500


@given(st.binary(max_size=40), st.integers(1, 3))
def test_no_bytes_raise(body: bytes, count: int) -> None:
    READER.answer(body, FEW)
    READER.fault(body, FEW)
    for answers in (READER.answers(body, count, FEW), READER.mixed(body, count, FEW)):
        assert answers is None or len(answers) == count


def test_one_bad_answer_among_many_is_one_fault() -> None:
    answers = NUMBERS.answers(b'[1.5, "x", 2]', 3, FEW)
    assert answers is not None
    assert (answers[0], answers[2]) == (1.5, 2.0)
    assert isinstance(answers[1], Fault)


def test_many_answers_may_take_more_together_than_one() -> None:
    assert NUMBERS.answers(b"[1.25, 2.25, 3.25]", 3, TINY) == [1.25, 2.25, 3.25]
    answers = NUMBERS.answers(b"[1.25, 2.25, 3.12345678]", 3, TINY)
    assert answers is not None
    assert isinstance(answers[2], Fault)
    assert answers[2].rule == "answer_too_large"


def test_another_number_of_answers_is_none() -> None:
    assert NUMBERS.answers(b"[1.5]", 2, FEW) is None
    assert NUMBERS.mixed(b'[{"answer": 1.5}]', 2, FEW) is None


def told(fault: ChildFault) -> Fault:
    return ANYTHING.fault(msgspec.json.encode(fault), FEW)


@pytest.mark.parametrize("rule", ["cpu_limit", "signal", "quarantined", "", "x" * 9999])
def test_a_child_cannot_tell_what_only_the_parent_sees(rule: str) -> None:
    fault = told(ChildFault(rule, "so it says"))
    assert fault.rule == "protocol"
    assert len(fault.message) < 200


def test_what_a_child_tells_is_made_printable() -> None:
    fault = told(ChildFault("exception", "a\x00b" + "x" * 9999, "line \n1"))
    assert fault.message.startswith("a\\x00b")
    assert len(fault.message) <= 303
    assert fault.element == "line \\n1"


def test_a_refusal_is_explained_in_words_of_ours() -> None:
    fault = told(ChildFault("exception", "ModuleNotFoundError: No module named 'scipy'", "line 1", "imports"))
    assert "(policies can import the standard library, numpy; a problem may" in fault.message
    assert told(ChildFault("exception", "x", None, "<b>anything else</b>")).message == "x"


def test_a_child_out_of_memory_is_told_its_limit() -> None:
    fault = told(ChildFault("memory_limit", "9 bytes would have done"))
    assert fault.message == "the policy needs more than the 1,024 MiB allowed (limit `memory_bytes`)"
