"""`piece.json`: what a wheel says of the piece in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pieces_framework.versions import Version
    from pieces_framework.wire import JsonValue

    from .limits import Limits
    from .rules import Refusals

PIECE_DOCUMENT: Final = "extra_metadata/piece.json"
"""Where a piece's document lies, below the wheel's `*.dist-info` folder."""
PIECE_SCHEMA: Final = 1

_NAME: Final = "piece.json"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LOCALE: Final = re.compile(r"[A-Za-z0-9]{1,20}(?:[-_][A-Za-z0-9]{1,20}){0,5}")


@dataclass(frozen=True, kw_only=True)
class PieceDocument:
    """A piece's `piece.json`."""

    name: str
    version: Version
    source_digest: str
    """SHA-256 of what the wheel was built from, in hex."""
    framework: str
    """Version of the framework the metadata was taken with."""
    metadata: Mapping[str, JsonValue]
    """The piece's wire metadata; `displayName`, `actions` and `triggers` are sure to be there."""
    i18n: Mapping[str, JsonValue]
    """Translations of the metadata's texts, by locale and English text."""


def read_piece_document(text: str, limits: Limits, refuse: Refusals) -> PieceDocument:
    """Read a `piece.json`.

    Raises:
        ArtifactError: if it is not JSON, or not of the one known schema.
    """
    from .json_document import read_object
    from .piece_metadata import metadata_problem

    document = read_object(text, _NAME, limits, refuse)
    schema = document.get("schema")
    if type(schema) is not int or schema != PIECE_SCHEMA:
        shown = repr(schema)[:80]
        raise refuse("piece-schema", f"its {_NAME} has schema {shown} instead of {PIECE_SCHEMA}")
    name, version = (_text(document, key, refuse) for key in ("name", "version"))
    digest, framework = (_text(document, key, refuse) for key in ("sourceDigest", "framework"))
    metadata, i18n = (_mapping(document, key, refuse) for key in ("metadata", "i18n"))
    if not _DIGEST.fullmatch(digest):
        raise refuse("piece-digest", f"its {_NAME} has {digest[:80]!r} as `sourceDigest`")
    if problem := metadata_problem(metadata):
        raise refuse("piece-metadata", f"in its {_NAME} {problem}")
    _check_i18n(i18n, refuse)
    return PieceDocument(
        name=name,
        version=_version(version, "piece-version", refuse),
        source_digest=digest,
        framework=str(_version(framework, "piece-framework", refuse)),
        metadata=metadata,
        i18n=i18n,
    )


def _text(document: Mapping[str, JsonValue], key: str, refuse: Refusals) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise refuse("piece-field", f"its {_NAME} has no text `{key}`")
    return value


def _mapping(
    document: Mapping[str, JsonValue], key: str, refuse: Refusals
) -> Mapping[str, JsonValue]:
    value = document.get(key)
    if not isinstance(value, Mapping):
        raise refuse("piece-field", f"its {_NAME} has no object `{key}`")
    return value


def _version(text: str, rule: str, refuse: Refusals) -> Version:
    from pieces_framework.versions import Version, VersionError

    try:
        return Version.parse(text)
    except VersionError as error:
        raise refuse(rule, f"in its {_NAME} {error.message}") from error


def _check_i18n(i18n: Mapping[str, JsonValue], refuse: Refusals) -> None:
    for locale, texts in i18n.items():
        if not _LOCALE.fullmatch(locale):
            raise refuse("piece-i18n", f"its {_NAME} has translations for {locale[:80]!r}")
        if not isinstance(texts, Mapping) or not all(
            isinstance(text, str) for text in texts.values()
        ):
            what = f"its {_NAME} has translations for `{locale}` that are not texts by text"
            raise refuse("piece-i18n", what)
