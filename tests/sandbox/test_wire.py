"""What goes down arrives as it was; what does not fit is refused before anything reads it."""

import os
import socket
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from sandbox import arrays, wire

DTYPES = sorted(arrays.ALLOWED)


@dataclass(frozen=True)
class Message:
    name: str
    numbers: tuple[float, ...]
    first: np.ndarray
    second: np.ndarray


def finite_arrays(dtype: str) -> st.SearchStrategy[np.ndarray]:
    shapes = st_numpy.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5)
    if dtype[1] == "f":
        elements = st_numpy.from_dtype(np.dtype(dtype), allow_nan=False, allow_infinity=False)
        return st_numpy.arrays(dtype, shapes, elements=elements)
    return st_numpy.arrays(dtype, shapes)


some_arrays = st.sampled_from(DTYPES).flatmap(finite_arrays)
messages = st.builds(
    Message,
    st.text(st.characters(codec="utf-8")),
    st.tuples(st.floats(allow_nan=False)),
    some_arrays,
    some_arrays,
)


def received(frame: bytes) -> wire.Frame:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(frame)
        whole = wire.read_frame(far.fileno())
    assert whole is not None
    return whole


@given(messages)
def test_a_message_arrives_as_it_was(message: Message) -> None:
    verb, body, tail = received(wire.DownEncoder().frame(wire.SOLVE, message))
    arrived = wire.DownDecoder(Message, arrays).decode(body, tail)
    assert verb == wire.SOLVE
    assert isinstance(arrived, Message)
    assert (arrived.name, arrived.numbers) == (message.name, message.numbers)
    for sent, came in ((message.first, arrived.first), (message.second, arrived.second)):
        assert came.dtype == sent.dtype
        assert came.flags.aligned
        assert not came.flags.writeable
        np.testing.assert_array_equal(came, sent)


def test_an_encoder_keeps_nothing_of_the_message_before() -> None:
    encoder = wire.DownEncoder()
    first = encoder.frame(wire.SOLVE, np.arange(4))
    assert encoder.frame(wire.SOLVE, np.arange(4)) == first
    assert encoder.frame(wire.SOLVE, 1) == wire.DownEncoder().frame(wire.SOLVE, 1)


def test_an_encoder_keeps_nothing_of_a_message_that_does_not_travel() -> None:
    encoder = wire.DownEncoder()
    with pytest.raises(TypeError, match="a set_iterator does not travel"):
        encoder.frame(wire.SOLVE, [np.arange(4), iter({1})])
    assert encoder.frame(wire.SOLVE, 1) == wire.DownEncoder().frame(wire.SOLVE, 1)


def test_arrays_of_any_layout_travel() -> None:
    whole = np.arange(12, dtype=">i4").reshape(3, 4)
    frame = wire.DownEncoder().frame(wire.SOLVE, [whole.T, whole[::2, ::-1], np.float32(0.5)])
    decoder = wire.DownDecoder(tuple[np.ndarray, npt.NDArray[np.int32], float], arrays)
    _, body, tail = received(frame)
    arrived = decoder.decode(body, tail)
    assert isinstance(arrived, tuple)
    turned, strided, number = arrived
    np.testing.assert_array_equal(turned, whole.T)
    np.testing.assert_array_equal(strided, whole[::2, ::-1])
    assert number == 0.5


@pytest.mark.parametrize("dtype", ["O", "U3", "c16", "M8[s]", "f2", "V4"])
def test_only_plain_numbers_travel_in_arrays(dtype: str) -> None:
    with pytest.raises(TypeError, match="do not travel"):
        arrays.little(np.zeros(2, dtype=dtype))


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_arrays_must_be_finite(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        arrays.little(np.array([0.0, number]))


HOSTILE = {
    "object type": ("|O", (1,), 0),
    "text for a type": ("<f8; import os", (1,), 0),
    "big-endian": (">i8", (1,), 0),
    "another type than annotated": ("<f8", (1,), 0),
    "more than came": ("<i8", (3,), 0),
    "a start behind the end": ("<i8", (1,), 16),
    "a start before the beginning": ("<i8", (1,), -8),
    "a negative length": ("<i8", (-1,), 0),
    "two negative lengths": ("<i8", (-1, -1), 0),
    "an overflow": ("<i8", (1 << 40, 1 << 40), 0),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_header_that_does_not_fit_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match=r"does not travel|expected an array|needs"):
        arrays.received(HOSTILE[case], memoryview(bytes(16)), npt.NDArray[np.int64])


def test_a_frame_larger_than_a_read_arrives_whole() -> None:
    near, far = socket.socketpair()
    frame = wire.DownEncoder().frame(wire.SOLVE, np.arange(1 << 16))
    child = os.fork()
    if child == 0:
        near.sendall(frame)
        os._exit(0)
    with near, far:
        whole = wire.read_frame(far.fileno())
    os.waitpid(child, 0)
    assert whole is not None
    arrived = wire.DownDecoder(npt.NDArray[np.int64], arrays).decode(*whole[1:])
    assert isinstance(arrived, np.ndarray)
    np.testing.assert_array_equal(arrived, np.arange(1 << 16))


def test_a_channel_that_ends_within_a_frame_gives_none() -> None:
    near, far = socket.socketpair()
    with far:
        near.sendall(wire.DownEncoder().frame(wire.SOLVE, "x" * 100)[:-1])
        near.close()
        assert wire.read_frame(far.fileno()) is None
