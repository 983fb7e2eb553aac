"""Words, names, titles and sentences of made-up languages, drawn by integers alone."""

from collections.abc import Sequence

import numpy as np

CONSONANTS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "st", "tr", "ñ")
VOWELS = ("a", "e", "i", "o", "u", "é", "ö", "ai")

WORDS = 700
"""Words of one language."""


class Vocabulary:
    """One table's language; what it gives depends on its generator and on the calls before.

    Some letters take two bytes in UTF-8, so that characters and bytes are told apart.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        syllables = [c + v for c in CONSONANTS for v in VOWELS]
        picked = rng.integers(len(syllables), size=(WORDS, 4)).tolist()
        lengths = rng.integers(1, 5, size=WORDS).tolist()
        self._words = ["".join(syllables[s] for s in row[:n]) for row, n in zip(picked, lengths, strict=True)]

    def names(self, count: int) -> list[str]:
        """Distinct names of one word, with a number where it must be."""
        rng = self._rng
        drawn = rng.integers(WORDS, size=(count, 2)).tolist()
        return _distinct([self._words[a] + self._words[b] for a, b in drawn])

    def titles(self, count: int, low: int, high: int) -> list[str]:
        """Distinct titles of `low` to `high` words; some share their first words, as those of a series do."""
        rng = self._rng
        lengths = rng.integers(low, high + 1, size=count).tolist()
        # A product of two draws favours few first words, so that different titles begin alike.
        first = rng.integers(20, size=(count, 1)) * rng.integers(20, size=(count, 1))
        picked = np.hstack([first, rng.integers(WORDS, size=(count, high))]).tolist()
        written = [
            " ".join(self._words[w].capitalize() for w in row[:n])
            for row, n in zip(picked, lengths, strict=True)
        ]
        return _distinct(written)

    def sentences(self, count: int, low: int, high: int) -> list[str]:
        """Distinct sentences of about `low` to `high` characters."""
        rng = self._rng
        lengths = rng.integers(low, high + 1, size=count).tolist()
        picked = rng.integers(WORDS, size=(count, high // 4)).tolist()
        written = [
            _cut(" ".join(self._words[w] for w in row), n) for row, n in zip(picked, lengths, strict=True)
        ]
        return _distinct(written)


def _cut(text: str, length: int) -> str:
    return text[:length].rstrip().capitalize() + "."


def _distinct(written: Sequence[str]) -> list[str]:
    """Numbers those that came before."""
    seen: dict[str, int] = {}
    found = []
    for text in written:
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} {seen[text]}")
    return found
