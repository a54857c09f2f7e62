"""Pieces from their wire form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pieces_framework.auth import AnyAuth
from pieces_framework.piece import Piece
from pieces_framework.presentation import PieceCategory
from pieces_framework.wire import JsonValue, Overlay

from .auths import auth_from_metadata
from .fields import Fields
from .parts import action_from_metadata, trigger_from_metadata


def piece_from_metadata(document: Mapping[str, JsonValue]) -> Piece[Any]:
    """Build the piece that `document`, its wire metadata, describes.

    Documents of every generation load: what is missing gets our default, what we have no place
    for is kept, and `metadata()` is `document` again. The author's functions are not in it, so
    running an action or trigger, loading options and the like raise `FatalError`. Nothing is
    checked: a document that `create_piece` would refuse loads too.
    """
    fields = Fields(document)
    auth = _auth(fields)
    deprecated = fields.json("deprecated")
    piece: Piece[Any] = Piece(
        auth=auth,
        actions=[
            action_from_metadata(name, each, auth)
            for name, each in fields.objects("actions").items()
        ],
        triggers=[
            trigger_from_metadata(name, each, auth)
            for name, each in fields.objects("triggers").items()
        ],
        display_name=fields.text("displayName") or "",
        logo_url=fields.text("logoUrl") or "",
        description=fields.text("description") or "",
        authors=fields.texts("authors"),
        categories=_categories(fields),
        minimum_supported_release=fields.text("minimumSupportedRelease"),
        maximum_supported_release=fields.text("maximumSupportedRelease"),
        deprecated=deprecated if isinstance(deprecated, bool | Mapping) else None,
    )
    piece.overlay = Overlay.between(piece.metadata(), document)
    return piece


def _auth(fields: Fields) -> AnyAuth | None:
    one = fields.fields("auth")
    if one is not None:
        return auth_from_metadata(one.document)
    return tuple(auth_from_metadata(each.document) for each in fields.rows("auth")) or None


def _categories(fields: Fields) -> list[PieceCategory]:
    known = {category.value: category for category in PieceCategory}
    return [known[text] for text in fields.texts("categories") if text in known]
