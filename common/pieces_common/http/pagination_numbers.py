"""Lists whose pages are asked for by a number, as one iteration over their items."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace

from typing_extensions import Unpack

from pieces_framework import FatalError, JsonValue

from .message import HttpMethod
from .pagination_walk import Find, ItemT, Page, PageOptions, PageRequest, Walk, found, walk_through


def paginate_pages(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "page",
    first: int = 1,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[ItemT] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ItemT]:
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
        AuthorCodeError: if it is called with what it cannot take.
    """
    walk = walk_through(method, url, parse, options)
    return _counted(walk, _Count(send_as, first, more, in_body, lambda _: 1))


def paginate_offset(
    method: HttpMethod,
    url: str,
    *,
    send_as: str = "offset",
    first: int = 0,
    more: Find | None = None,
    in_body: bool = False,
    parse: type[ItemT] | None = None,
    **options: Unpack[PageOptions],
) -> AsyncGenerator[ItemT]:
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
        AuthorCodeError: if it is called with what it cannot take.
    """
    walk = walk_through(method, url, parse, options)
    return _counted(walk, _Count(send_as, first, more, in_body, len))


@dataclass(frozen=True)
class _Count:
    """How pages are told apart by a number."""

    send_as: str
    first: int
    more: Find | None
    in_body: bool
    step: Callable[[Sequence[JsonValue]], int]

    def asked_of(self, request: PageRequest, number: int) -> PageRequest:
        return request.having(self.send_as, number, in_body=self.in_body)


def _counted(walk: Walk[ItemT], count: _Count) -> AsyncGenerator[ItemT]:
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
        return count.asked_of(page.request, number)

    return replace(walk, first=count.asked_of(walk.first, number)).items(following)
