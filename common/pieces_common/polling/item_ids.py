"""Digests of items' ids: as long for any id, so that a ledger's size depends on their number."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from pieces_framework import AuthorCodeError
from pieces_framework.javascript import is_finite

from .shown import shown

DIGEST_BYTES: Final = 12
"""Two of 20,000 ids are taken for one with a chance of 1 in 10**20."""


def digest_of(item_id: object, index: int) -> bytes:
    """Return the digest of the id of the item in the place `index` of a list.

    To the digest 1 and 1.0 are one id, as in JSON, and 1 and "1" are two.

    Raises:
        AuthorCodeError: if it is neither text nor a number; it names the item's place.
    """
    text = _text_of(item_id)
    if text is None:
        raise AuthorCodeError(
            f"item {index} of the trigger's items has `id` {shown(item_id)}, not text or a number",
            hint="give each item the id that the service knows it by",
        )
    return blake2b(text, digest_size=DIGEST_BYTES).digest()


def _text_of(item_id: object) -> bytes | None:
    if isinstance(item_id, str):
        return f"s{item_id}".encode("utf-8", "surrogatepass")
    if isinstance(item_id, bool) or not isinstance(item_id, int | float) or not is_finite(item_id):
        return None
    whole = int(item_id)
    return (f"i{whole:x}" if whole == item_id else f"f{item_id!r}").encode()
