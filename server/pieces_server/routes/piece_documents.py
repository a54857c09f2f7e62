"""The documents of the pieces API."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field
from pydantic import JsonValue as Json

from pieces_framework.i18n import translate
from pieces_framework.wire import JsonValue, document
from pieces_server.registry.listing import ListedPiece
from pieces_server.registry.piece_source import Notice, StoredPiece

from .document import Document

_SAID_BY_THE_INSTANCE: Final = frozenset(
    {
        *("archiveId", "breakingReason", "i18n", "platformId", "projectId", "suggestedActions"),
        *("suggestedTriggers", "tags", "yanked"),
    }
)
"""Keys that a wheel's metadata cannot set, also where the instance leaves them out."""
_DEFAULTS: Final[Mapping[str, JsonValue]] = {
    "logoUrl": "",
    "description": "",
    "authors": [],
    "minimumSupportedRelease": "0.0.0",
    "maximumSupportedRelease": "999.999.999",
}
"""What the documented answers have where a piece says nothing. Source: docs, "Pieces" endpoints."""
_SUGGESTED: Final = {"actions": "suggestedActions", "triggers": "suggestedTriggers"}


class NoticeDocument(Document):
    """That a version was withdrawn, and why."""

    reason: str
    date: str


class _PieceFields(Document):
    """A version of a piece: its metadata, and what the instance adds to it."""

    model_config = ConfigDict(extra="allow")

    id: str
    created: str
    updated: str
    name: str
    display_name: str
    logo_url: str | None = None
    description: str | None = None
    version: str
    authors: list[str] | None = None
    categories: list[str] | None = None
    minimum_supported_release: str | None = None
    maximum_supported_release: str | None = None
    piece_type: Literal["CUSTOM", "OFFICIAL"]
    package_type: Literal["ARCHIVE", "REGISTRY"]
    project_usage: int
    sha256: str
    source_digest: str
    filename: str
    size: int
    breaking_reason: str | None = None
    yanked: NoticeDocument | None = None
    """Only there if the version is."""
    deprecated: NoticeDocument | bool | dict[str, Json] | None = None
    """What the instance says of it; else what the piece itself says."""


class PieceDetail(_PieceFields):
    """A version of a piece, with its actions and triggers."""

    actions: dict[str, dict[str, Json]]
    triggers: dict[str, dict[str, Json]]
    i18n: Annotated[dict[str, dict[str, str]], Field(alias="i18n")]


class PieceSummary(_PieceFields):
    """A version of a piece, with the numbers of its actions and triggers."""

    actions: int
    triggers: int
    suggested_actions: list[dict[str, Json]] | None = None
    """Only there if they are asked for."""
    suggested_triggers: list[dict[str, Json]] | None = None
    tags: list[str] | None = None


def piece_document(piece: StoredPiece, locale: str = "") -> dict[str, JsonValue]:
    """Return a version as the documented routes answer it."""
    return {**_DEFAULTS, **published_document(piece, locale)}


def published_document(piece: StoredPiece, locale: str) -> dict[str, JsonValue]:
    """Return the wire metadata as it was published, translated, and what the instance adds."""
    texts = piece.i18n.get(locale)
    metadata = piece.metadata if texts is None else translate(piece.metadata, texts)
    return _common(piece, metadata) | document(i18n=piece.i18n)


def summary_document(entry: ListedPiece, *, with_tags: bool) -> dict[str, JsonValue]:
    """Return an entry of the list; without translations, which would be most of it."""
    counts = {key: _count(entry.piece.metadata[key]) for key in _SUGGESTED}
    suggested = {_SUGGESTED[key]: parts for key, parts in entry.suggestions.items()}
    tags: dict[str, JsonValue] = {"tags": []} if with_tags else {}
    return {**_DEFAULTS, **_common(entry.piece, entry.metadata), **counts, **suggested, **tags}


def notice_document(notice: Notice | None) -> dict[str, JsonValue] | None:
    """Return that a version was withdrawn; `None` if it was not."""
    return None if notice is None else document(reason=notice.reason, date=notice.date)


def _common(piece: StoredPiece, metadata: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    said = {key: value for key, value in metadata.items() if key not in _SAID_BY_THE_INSTANCE}
    return said | document(
        id=piece.id,
        created=piece.created,
        updated=piece.updated,
        name=piece.name,
        version=str(piece.version),
        piece_type=piece.piece_type,
        package_type=piece.package_type,
        project_usage=0,
        sha256=piece.sha256,
        source_digest=piece.source_digest,
        filename=piece.filename,
        size=piece.size_bytes,
        breaking_reason=piece.breaking_reason,
        yanked=notice_document(piece.yanked),
        deprecated=notice_document(piece.deprecated),
    )


def _count(parts: JsonValue) -> int:
    return len(parts) if isinstance(parts, Mapping) else 0
