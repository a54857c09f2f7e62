"""Lists whose pages name the next one, by a link or a cursor, as one iteration over their items.

A page is requested when the item after the last one is asked for, never before. Each function
takes what `http_client.send_request` takes and sends it with the request of every page. Items are
JSON, or of the model that is passed as `parse`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from typing_extensions import Unpack

from pieces_framework import FatalError

from .message import HttpMethod
from .pagination_links import link_to_next, resolved
from .pagination_walk import Find, ItemT, Page, PageOptions, PageRequest, found, walk_through


def paginate_links(
    method: HttpMethod,
    url: str,
    *,
    next_url: Find | None = None,
    parse: type[ItemT] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ItemT]:
    """Follow the link to the next page, until there is none.

    `query_params` go with the first request only: a link has its own query.

    Args:
        method: that of every request.
        url: the first page.
        next_url: where the link is, absolute or relative; without it in the `Link` header.
        parse: a pydantic model for each item.
        options: `items`, `max_pages` and the options of a request.

    Raises:
        FatalError: if a link leads to another service or repeats, or a page is not as expected.
        HttpError: as `http_client.send_request` does.
        AuthorCodeError: if it is called with what it cannot take.
    """
    is_new = _newness()

    def following(page: Page) -> PageRequest | None:
        link = (
            link_to_next(page.response.headers.get("link", ""))
            if next_url is None
            else found(next_url, page.response)
        )
        if not link:
            return None
        if not isinstance(link, str):
            raise FatalError(
                f"`{page.request}` answered a link that is no text, but {type(link).__name__}",
                hint="let `next_url` point at the address itself, or pass a function",
            )
        target = resolved(link, page.request.url)
        is_new(target, page)
        rest = page.request.options.copy()
        rest.pop("query_params", None)
        return PageRequest(method, target, rest)

    return walk_through(method, url, parse, options).items(following)


def paginate_cursor(
    method: HttpMethod,
    url: str,
    *,
    cursor: Find,
    send_as: str = "cursor",
    in_body: bool = False,
    parse: type[ItemT] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ItemT]:
    """Send the cursor that a page holds to get the next, until a page holds none.

    A page may be empty and still hold a cursor. `null`, an empty text, `false` and 0 are none.

    Args:
        method: that of every request.
        url: that of every request.
        cursor: where the cursor for the next page is, a text or a number.
        send_as: the name of the query parameter it is sent in; the first request has none.
        in_body: whether it is a field of the JSON body instead.
        parse: a pydantic model for each item.
        options: `items`, `max_pages` and the options of a request.

    Raises:
        FatalError: if a cursor repeats, or a page is not as expected.
        HttpError: as `http_client.send_request` does.
        AuthorCodeError: if it is called with what it cannot take.
    """
    is_new = _newness()

    def following(page: Page) -> PageRequest | None:
        value = found(cursor, page.response)
        if not value:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise FatalError(
                f"`{page.request}` answered a cursor that is no text and no number, "
                f"but {type(value).__name__}",
                hint="let `cursor` point at the cursor itself, or pass a function",
            )
        is_new(value, page)
        return page.request.having(send_as, value, in_body=in_body)

    return walk_through(method, url, parse, options).items(following)


def _newness() -> Callable[[str | float, Page], None]:
    """Return what refuses the second of two equal links or cursors of one list."""
    seen = set[str | float]()

    def check(value: str | float, page: Page) -> None:
        if value in seen:
            raise FatalError(
                f"`{page.request}` leads in a circle: it named the same next page twice",
                hint="look up how the service pages, and whether the cursor is sent back to it",
            )
        seen.add(value)

    return check
