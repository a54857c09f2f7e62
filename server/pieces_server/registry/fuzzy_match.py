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
from math import prod, sqrt
from typing import Final

from rapidfuzz import fuzz
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
    within = text.lower()[: _REACH + 2 * len(wanted)]
    place, mistakes = _place(wanted, within)
    score = mistakes / len(wanted) + place / _DISTANCE
    return score if score <= THRESHOLD else None


def _place(wanted: str, within: str) -> tuple[int, int]:
    """Return where the part of a text is that is most like the query, and how far from it."""
    exact = within.find(wanted)
    if exact >= 0:
        return exact, 0
    if len(wanted) >= len(within):
        return 0, Levenshtein.distance(wanted, within)
    found = fuzz.partial_ratio_alignment(wanted, within)
    if found is None:
        return 0, len(wanted)
    part = within[found.dest_start : found.dest_end]
    return found.dest_start, Levenshtein.distance(wanted, part)


def _length(text: str) -> float:
    return sqrt(max(len(text.split()), 1))
