"""Digests of items' ids: as long for any id, so that a ledger's size depends on their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pieces_framework import AuthorCodeError
from pieces_framework.javascript import is_finite

from .shown import shown

DIGEST_BYTES: Final = 12
"""Two of 20,000 ids are taken for one with a chance of 1 in 10**20."""


def digester() -> Callable[[object, int], bytes]:
    """Return what makes the digest of an id, given where its item is in the list.

    To the digest 1 and 1.0 are one id, as in JSON, and 1 and "1" are two. It raises
    `AuthorCodeError` if the id is neither text nor a number.
    """
    from hashlib import blake2b

    def digest_of(item_id: object, index: int) -> bytes:
        if isinstance(item_id, str):
            text = f"s{item_id}".encode("utf-8", "surrogatepass")
        elif isinstance(item_id, int | float) and not isinstance(item_id, bool):
            text = _number_text(item_id, index)
        else:
            raise _bad_id(item_id, index)
        return blake2b(text, digest_size=DIGEST_BYTES).digest()

    return digest_of


def _number_text(number: float, index: int) -> bytes:
    if not is_finite(number):
        raise _bad_id(number, index)
    whole = int(number)
    return (f"i{whole:x}" if whole == number else f"f{number!r}").encode()


def _bad_id(item_id: object, index: int) -> AuthorCodeError:
    return AuthorCodeError(
        f"item {index} of the trigger's items has `id` {shown(item_id)}, not text or a number",
        hint="give each item the id that the service knows it by",
    )
