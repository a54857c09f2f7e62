"""Fuzzy search: how well texts fit a query that may have typing mistakes.

Each text is scored from 0, which fits entirely, to 1. The score of a text is the number of mistakes
for each character of the query, and a little for each character before the place where it was
found; texts of more than `THRESHOLD` do not fit. The scores of an entry's texts are multiplied,
weighted and with less weight on long texts, so that a hit in a short name comes before one in a
description.

Source: the documented search options of the builder (threshold, distance, weights), and the
documented scoring of Fuse.js, which the builder's own search uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import prod, sqrt
from typing import Final

from rapidfuzz.distance import Levenshtein

THRESHOLD: Final = 0.2
_DISTANCE: Final = 250
"""Characters from its beginning at which a text that is spelled right scores 1."""
_REACH: Final = int(THRESHOLD * _DISTANCE)
"""What is found after so many characters does not fit, however well it is spelled."""
_PERFECT: Final = 0.001
"""What a score of 0 counts as in a product."""


@dataclass(frozen=True)
class WeightedText:
    """A text of an entry."""

    text: str
    weight: float


def match_score(query: str, texts: Sequence[WeightedText]) -> float | None:
    """Return how well an entry fits, the least best; `None` if none of its texts does.

    Args:
        query: what is looked for; not empty.
        texts: those of the entry.
    """
    total = sum(each.weight for each in texts)
    scores = [
        max(score, _PERFECT) ** (each.weight / total / _length(each.text))
        for each in texts
        if (score := text_score(query, each.text)) is not None
    ]
    return prod(scores) if scores else None


def text_score(query: str, text: str) -> float | None:
    """Return how well a text fits, the least best; `None` if it does not. Case is nothing.

    >>> text_score("gmail", "Gmail"), text_score("gmail", "Google Sheets")
    (0.0, None)
    >>> text_score("gmial", "Gmail") is None, text_score("calender", "Google Calendar")
    (True, 0.153)
    """
    wanted = query.lower()
    size = len(wanted)
    within = text.lower()[: _REACH + 2 * size]
    if not any(part in within for part in _parts(wanted)):
        return None
    # Scores as whole numbers: a mistake counts _DISTANCE, a character before the place `size`.
    best: int | None = None
    most = _REACH * size
    for place in range(min(_REACH, len(within)) + 1):
        allowed = (most - place * size) // _DISTANCE
        if allowed < 0:
            break
        mistakes = _mistakes(wanted, within[place : place + size + allowed], allowed)
        if mistakes is not None:
            best = mistakes * _DISTANCE + place * size
            most = best - 1
    return None if best is None else best / (size * _DISTANCE)


def _mistakes(wanted: str, within: str, allowed: int) -> int | None:
    """Return the fewest mistakes of any beginning of a text, or `None` if they are too many."""
    best: int | None = None
    length = min(len(wanted) - allowed, len(within))
    while length <= len(within):
        mistakes = Levenshtein.distance(wanted, within[:length])
        if mistakes <= allowed and (best is None or mistakes < best):
            best = mistakes
        # Each further character can mend one mistake.
        length += max(mistakes - allowed, 1)
    return best


@lru_cache(maxsize=64)
def _parts(wanted: str) -> tuple[str, ...]:
    """Return parts of which one stands as it is in any text that fits.

    There are more of them than a text may have mistakes.
    """
    count = _REACH * len(wanted) // _DISTANCE + 1
    bounds = [len(wanted) * number // count for number in range(count + 1)]
    return tuple(wanted[start:end] for start, end in pairwise(bounds))


def _length(text: str) -> float:
    return sqrt(max(len(text.split()), 1))
