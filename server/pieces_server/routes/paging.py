"""Lists that are answered in pages. Source: docs, "Pagination" of the API."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query

from pieces_server.errors import FormError
from pieces_server.paging import DEFAULT_ENTRIES, MAX_ENTRIES, Cursor, PageRequest

from .document import Document

EntryT = TypeVar("EntryT")
_MAX_CURSOR: Final = 300


class PageAnswer(Document, Generic[EntryT]):
    """A page of a list, the newest entry first."""

    data: Sequence[EntryT]
    next: str | None
    """The `cursor` of the page after this one; `null` on the last."""
    previous: str | None
    """The `cursor` of the page before this one; `null` on the first."""


def page_request(*kinds: type[int | str]) -> Callable[..., PageRequest]:
    """Return a dependency that reads which page of a list is wanted.

    Args:
        kinds: the types of the columns that order the list.
    """

    def read(
        limit: Annotated[
            int, Query(ge=1, le=MAX_ENTRIES, description="How many entries a page has.")
        ] = DEFAULT_ENTRIES,
        cursor: Annotated[
            str | None,
            Query(max_length=_MAX_CURSOR, description="`next` or `previous` of another page."),
        ] = None,
    ) -> PageRequest:
        try:
            parsed = Cursor.parse(cursor, kinds) if cursor else None
        except ValueError:
            message = "take `next` or `previous` of an answer of this list"
            raise FormError([{"field": "cursor", "message": message}]) from None
        return PageRequest(limit=limit, cursor=parsed)

    return read
