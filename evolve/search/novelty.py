"""When are two sources the same policy? A fingerprint that formatting, comments and names do not change."""

import hashlib
from functools import lru_cache

from evolve.search.reading import tokens
from evolve.search.syntax import normal_lines, parse


@lru_cache(maxsize=64)  # a step asks three times for the same source
def fingerprint(source: str) -> str:
    """Hashes what a source does rather than how it is written, in hexadecimal.

    Sources that differ only in comments, docstrings, formatting, annotations of functions, names of
    variables and functions that no keyword or attribute refers to, or the order of keyword arguments
    without effects, have the same fingerprint. A source that does not parse is hashed as text. Cost is linear
    in the length.
    """
    text = normal_lines(source)
    tree = parse(text)
    if tree is None:
        return hashlib.sha256(b"text" + text.encode("utf-8", "surrogatepass")).hexdigest()
    return hashlib.sha256(b"tree" + tokens(tree).encode("utf-8", "surrogatepass")).hexdigest()
