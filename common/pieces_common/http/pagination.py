"""Lists that a service hands out page by page, as one iteration over their items.

A page is requested when the item after the last one is asked for, never before. Each function
takes what `http_client.send_request` takes and sends it with the request of every page. Items are
JSON, or of the model that is passed as `parse`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from typing_extensions import Unpack

from pieces_framework import FatalError, JsonValue

from .message import HttpMethod
from .pagination_links import link_to_next, resolved
from .pagination_walk import Find, Page, PageOptions, PageRequest, Walk, found, items_of_pages

if TYPE_CHECKING:
    from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound="BaseModel")


@overload
def paginate_links(
    method: HttpMethod,
    url: str,
    *,
    next_url: Find | None = None,
    parse: None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[JsonValue]: ...
@overload
def paginate_links(
    method: HttpMethod,
    url: str,
    *,
    next_url: Find | None = None,
    parse: type[ModelT],
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ModelT]: ...
def paginate_links(
    method: HttpMethod,
    url: str,
    *,
    next_url: Find | None = None,
    parse: type[BaseModel] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[Any]:  # the overloads say which
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
            raise FatalError(f"`{page.request}` answered a link that is no text")
        target = resolved(link, page.request.url)
        is_new(target, page)
        rest = page.request.options.copy()
        rest.pop("query_params", None)
        return PageRequest(method, target, rest)

    return items_of_pages(Walk.through(method, url, parse, options), following)


@overload
def paginate_cursor(
    method: HttpMethod,
    url: str,
    *,
    cursor: Find,
    send_as: str = "cursor",
    in_body: bool = False,
    parse: None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[JsonValue]: ...
@overload
def paginate_cursor(
    method: HttpMethod,
    url: str,
    *,
    cursor: Find,
    send_as: str = "cursor",
    in_body: bool = False,
    parse: type[ModelT],
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ModelT]: ...
def paginate_cursor(
    method: HttpMethod,
    url: str,
    *,
    cursor: Find,
    send_as: str = "cursor",
    in_body: bool = False,
    parse: type[BaseModel] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[Any]:  # the overloads say which
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
    """
    is_new = _newness()

    def following(page: Page) -> PageRequest | None:
        value = found(cursor, page.response)
        if not value:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise FatalError(f"`{page.request}` answered a cursor that is no text and no number")
        is_new(value, page)
        return _with(page.request, send_as, value, in_body=in_body)

    return items_of_pages(Walk.through(method, url, parse, options), following)


@overload
def paginate_pages(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "page",
    first: int = 1,
    more: Find | None = None,
    in_body: bool = False,
    parse: None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[JsonValue]: ...
@overload
def paginate_pages(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "page",
    first: int = 1,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[ModelT],
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ModelT]: ...
def paginate_pages(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "page",
    first: int = 1,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[BaseModel] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[Any]:  # the overloads say which
    """Count the pages up, until one is empty or `more` says that there is no other.

    Args:
        method: that of every request.
        url: that of every request.
        send_as: the name of the query parameter that the number is sent in.
        first: the number of the first page.
        more: where the answer says that there is another page: by a value that is not `null`,
            `false`, 0 or empty.
        in_body: whether the number is a field of the JSON body instead.
        parse: a pydantic model for each item.
        options: `items`, `max_pages` and the options of a request.

    Raises:
        FatalError: if a page has the items of the one before, or is not as expected.
        HttpError: as `http_client.send_request` does.
    """
    return _counted(method, url, _Count(send_as, first, more, in_body, lambda _: 1), parse, options)


@overload
def paginate_offset(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "offset",
    first: int = 0,
    more: Find | None = None,
    in_body: bool = False,
    parse: None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[JsonValue]: ...
@overload
def paginate_offset(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "offset",
    first: int = 0,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[ModelT],
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ModelT]: ...
def paginate_offset(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "offset",
    first: int = 0,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[BaseModel] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[Any]:  # the overloads say which
    """Ask for what comes after the items so far, until a page is empty or `more` says no.

    How many come at once is for the service, or for a limit among your `query_params`: what is
    counted is what has come.

    Args:
        method: that of every request.
        url: that of every request.
        send_as: the name of the query parameter that the number is sent in.
        first: how many items to leave out at first.
        more: as for `paginate_pages`.
        in_body: whether the number is a field of the JSON body instead.
        parse: a pydantic model for each item.
        options: `items`, `max_pages` and the options of a request.

    Raises:
        FatalError: if a page has the items of the one before, or is not as expected.
        HttpError: as `http_client.send_request` does.
    """
    return _counted(method, url, _Count(send_as, first, more, in_body, len), parse, options)


@dataclass(frozen=True)
class _Count:
    """How pages are told apart by a number."""

    send_as: str
    first: int
    more: Find | None
    in_body: bool
    step: Callable[[Sequence[JsonValue]], int]


def _counted(
    method: HttpMethod,
    url: str,
    count: _Count,
    parse: type[BaseModel] | None,
    options: PageOptions,
) -> AsyncGenerator[Any]:
    number = count.first
    before: Sequence[JsonValue] = ()

    def following(page: Page) -> PageRequest | None:
        nonlocal number, before
        if not page.items or (count.more is not None and not found(count.more, page.response)):
            return None
        if page.items == before:
            raise FatalError(
                f"`{page.request}` answered the same items twice,"
                f" the second time for the `{count.send_as}` {number}",
                hint="look up how the service pages; if it repeats its last page, pass `more`",
            )
        before = page.items
        number += count.step(page.items)
        return _with(page.request, count.send_as, number, in_body=count.in_body)

    walk = Walk.through(method, url, parse, options)
    first = _with(walk.first, count.send_as, number, in_body=count.in_body)
    return items_of_pages(replace(walk, first=first), following)


def _with(request: PageRequest, name: str, value: str | float, *, in_body: bool) -> PageRequest:
    """Return `request` with one more parameter, or with another value of it."""
    options = request.options.copy()
    if in_body:
        body = options.get("body")
        if not isinstance(body, Mapping | None):
            raise FatalError(f"`{request}` has no place for `{name}`: its body is no object")
        options["body"] = {**(body or {}), name: value}
        return replace(request, options=options)
    given = options.get("query_params") or ()
    pairs = given.items() if isinstance(given, Mapping) else given
    options["query_params"] = [*(pair for pair in pairs if pair[0] != name), (name, value)]
    return replace(request, options=options)


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
