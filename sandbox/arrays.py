"""Arrays on the wire: a typed header, and the raw buffer beside it. Never an object that could be code."""

from typing import Final, get_args

import numpy as np

ALLOWED: Final = frozenset(
    {"|b1", "|i1", "|u1", *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)), "<f4", "<f8"}
)
"""Element types that travel: plain numbers, little-endian."""

Header = tuple[str, tuple[int, ...], int]
"""Element type, shape, and where the buffer starts after the message's body."""


def little(array: np.ndarray) -> np.ndarray:
    """Makes an array ready to travel: contiguous and little-endian.

    Raises:
        TypeError: Its elements are no plain numbers.
        ValueError: It holds NaN or infinity.
    """
    ready = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    if ready.dtype.str not in ALLOWED:
        raise TypeError(f"arrays of {array.dtype} do not travel to a policy; use one of {sorted(ALLOWED)}")
    if ready.dtype.kind == "f" and not np.isfinite(ready).all():
        raise ValueError("an array for a policy must be finite, but it holds NaN or infinity")
    return ready


def received(header: Header, tail: memoryview, annotation: object) -> np.ndarray:
    """Rebuilds an array on the message's own bytes, without a copy and read-only.

    Raises:
        ValueError: Header, byte count and annotation do not agree.
    """
    code, shape, start = header
    if code not in ALLOWED:
        raise ValueError(f"element type {code!r} does not travel")
    expected = _element_type(annotation)
    dtype = np.dtype(code)
    if expected is not None and dtype != expected:
        raise ValueError(f"expected an array of {expected}, got one of {dtype}")
    count = 1
    for length in shape:
        count *= length
    size = count * dtype.itemsize
    if min(shape, default=0) < 0 or start < 0 or start + size > len(tail):
        raise ValueError(f"shape {shape} of {dtype} needs {size} bytes at {start}, but {len(tail)} came")
    return np.frombuffer(tail[start : start + size], dtype=dtype).reshape(shape)


def _element_type(annotation: object) -> "np.dtype[np.generic] | None":
    # `npt.NDArray[np.int64]` is `np.ndarray[shape, np.dtype[np.int64]]`; a bare `np.ndarray` takes any.
    for argument in get_args(annotation)[1:]:
        for scalar in get_args(argument):
            if isinstance(scalar, type) and issubclass(scalar, np.generic):
                return np.dtype(scalar)
    return None
