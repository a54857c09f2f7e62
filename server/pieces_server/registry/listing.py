"""What a list of pieces shows: which are in it, in which order, and with which suggestions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pieces_framework.i18n import translate

from .fuzzy_match import WeightedText, match_score

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

    from .piece_source import StoredPiece

_ACTIONS: Final = "actions"
_TRIGGERS: Final = "triggers"
_NAME_WEIGHT: Final = 3
_OTHER_WEIGHT: Final = 1


class SortBy(StrEnum):
    """By what a list is sorted."""

    NAME = "NAME"
    UPDATED = "UPDATED"
    CREATED = "CREATED"
    POPULARITY = "POPULARITY"


class SuggestionType(StrEnum):
    """What a list suggests of each piece."""

    ACTION = "ACTION"
    TRIGGER = "TRIGGER"
    ACTION_AND_TRIGGER = "ACTION_AND_TRIGGER"

    @property
    def kinds(self) -> Sequence[str]:
        """The keys of metadata under which it is."""
        return {
            SuggestionType.ACTION: (_ACTIONS,),
            SuggestionType.TRIGGER: (_TRIGGERS,),
            SuggestionType.ACTION_AND_TRIGGER: (_ACTIONS, _TRIGGERS),
        }[self]


@dataclass(frozen=True, kw_only=True)
class ListWishes:
    """What is asked of a list."""

    search: str = ""
    """Empty lists all."""
    sort_by: SortBy = SortBy.NAME
    descending: bool = False
    categories: frozenset[str] = frozenset()
    """Empty lists all; else what has one of them."""
    suggestion_type: SuggestionType | None = None
    locale: str = ""
    """Into which texts are translated, where there are translations."""


@dataclass(frozen=True, kw_only=True)
class ListedPiece:
    """An entry of a list."""

    piece: StoredPiece
    metadata: Mapping[str, JsonValue]
    """The piece's, translated; actions and triggers only where they are suggested."""
    suggestions: Mapping[str, Sequence[Mapping[str, JsonValue]]]
    """Under `actions` and `triggers`, those that are suggested; absent is what was not asked."""


def list_pieces(pieces: Sequence[StoredPiece], wishes: ListWishes) -> Sequence[ListedPiece]:
    """Return the entries of a list; after a search the best hits come first."""
    entries = [_entry(piece, wishes) for piece in pieces]
    # By name first: it decides between equals, whatever order the pieces came in.
    for sort_key in (_name_key, _SORT_KEYS[wishes.sort_by]):
        entries.sort(key=sort_key)
    if wishes.descending:
        entries.reverse()
    if wishes.search:
        entries = _found(entries, wishes.search)
    if wishes.categories:
        entries = [each for each in entries if wishes.categories & _categories(each)]
    return entries


def _entry(piece: StoredPiece, wishes: ListWishes) -> ListedPiece:
    kinds = wishes.suggestion_type.kinds if wishes.suggestion_type else ()
    left_out = {_ACTIONS, _TRIGGERS}.difference(kinds)
    metadata = {key: value for key, value in piece.metadata.items() if key not in left_out}
    texts = piece.i18n.get(wishes.locale)
    if texts is not None:
        metadata = translate(metadata, texts)
    suggestions = {kind: _parts(metadata.get(kind)) for kind in kinds}
    return ListedPiece(piece=piece, metadata=metadata, suggestions=suggestions)


def _parts(parts: JsonValue) -> list[Mapping[str, JsonValue]]:
    values = parts.values() if isinstance(parts, Mapping) else ()
    return [part for part in values if isinstance(part, Mapping)]


def _found(entries: Sequence[ListedPiece], query: str) -> list[ListedPiece]:
    hits = [
        (score, entry)
        for entry in entries
        if (score := match_score(query, _searched_texts(entry))) is not None
    ]
    hits.sort(key=lambda hit: hit[0])
    return [_with_hits(entry, query) for _, entry in hits]


def _searched_texts(entry: ListedPiece) -> list[WeightedText]:
    parts = [part for parts in entry.suggestions.values() for part in parts]
    return [
        WeightedText(_text(entry.metadata, "displayName"), _NAME_WEIGHT),
        WeightedText(_text(entry.metadata, "description"), _OTHER_WEIGHT),
        *(each for part in parts for each in _texts_of_part(part)),
    ]


def _with_hits(entry: ListedPiece, query: str) -> ListedPiece:
    """Return an entry that suggests only what fits the query, the best first."""
    own_name = WeightedText(_text(entry.metadata, "displayName"), _OTHER_WEIGHT)
    suggestions: dict[str, Sequence[Mapping[str, JsonValue]]] = {}
    for kind, parts in entry.suggestions.items():
        hits = [
            (score, part)
            for part in parts
            if (score := match_score(query, [own_name, *_texts_of_part(part)])) is not None
        ]
        hits.sort(key=lambda hit: hit[0])
        suggestions[kind] = [part for _, part in hits]
    return ListedPiece(piece=entry.piece, metadata=entry.metadata, suggestions=suggestions)


def _texts_of_part(part: Mapping[str, JsonValue]) -> list[WeightedText]:
    keys = ("displayName", "description")
    return [WeightedText(_text(part, key), _OTHER_WEIGHT) for key in keys]


def _categories(entry: ListedPiece) -> frozenset[str]:
    categories = entry.metadata.get("categories")
    if not isinstance(categories, list):
        return frozenset()
    return frozenset(each for each in categories if isinstance(each, str))


def _text(metadata: Mapping[str, JsonValue], key: str) -> str:
    text = metadata.get(key)
    return text if isinstance(text, str) else ""


def _name_key(entry: ListedPiece) -> tuple[str, str, str]:
    """Return what sorts names as readers expect: accents and case only decide between equals."""
    name = _text(entry.metadata, "displayName").lower()
    letters = [each for each in unicodedata.normalize("NFKD", name) if not _is_mark(each)]
    return "".join(letters), name, entry.piece.distribution


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0


def _usage(_: ListedPiece) -> tuple[str, ...]:
    return ()  # no piece is used yet: an instance runs no flows


_SORT_KEYS: Final[Mapping[SortBy, Callable[[ListedPiece], tuple[str, ...]]]] = {
    SortBy.NAME: _name_key,
    SortBy.UPDATED: lambda entry: (entry.piece.updated,),
    SortBy.CREATED: lambda entry: (entry.piece.created,),
    SortBy.POPULARITY: _usage,
}
