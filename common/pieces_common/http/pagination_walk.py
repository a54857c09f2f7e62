"""From page to page: request one, hand out its items, find out where the next one is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pieces_framework import FatalError, JsonValue

from .client import http_client
from .message import HttpMethod, HttpResponse, shown_url
from .options import RequestOptions

if TYPE_CHECKING:
    from pydantic import BaseModel

Find: TypeAlias = str | Callable[[HttpResponse[JsonValue]], JsonValue]
"""Where something is in an answer: a dotted path such as `data.items`, or a function of it.

The empty path is the whole body.
"""

MAX_EMPTY_PAGES: Final = 100
"""So many pages without an item, one after the other, are taken for a list without an end."""


class PageOptions(RequestOptions, total=False):
    """What every function of pagination takes, beside the options of a request."""

    items: Find
    """Where the list of items is; without it the body is the list."""
    max_pages: int | None
    """End after so many pages, though there may be more."""


@dataclass(frozen=True)
class PageRequest:
    """What is sent for one page."""

    method: HttpMethod
    url: str
    options: RequestOptions

    def __str__(self) -> str:
        """Return what may be shown in an error."""
        return f"{self.method.value} {shown_url(self.url)}"


@dataclass(frozen=True)
class Page:
    """One page, read."""

    request: PageRequest
    response: HttpResponse[JsonValue]
    items: Sequence[JsonValue]


@dataclass(frozen=True)
class Walk:
    """Where a walk over pages begins, and what of it is handed out."""

    first: PageRequest
    items: Find
    max_pages: int | None
    parse: type[BaseModel] | None

    @classmethod
    def through(
        cls, method: HttpMethod, url: str, parse: type[BaseModel] | None, options: PageOptions
    ) -> Walk:
        """Take apart what a function of pagination was called with.

        Raises:
            FatalError: if there is no such number of pages.
        """
        items, max_pages = options.pop("items", ""), options.pop("max_pages", None)
        if max_pages is not None and max_pages < 1:
            raise FatalError(f"`max_pages` must be 1 or more, got {max_pages}")
        return cls(PageRequest(method, url, options), items, max_pages, parse)


async def items_of_pages(
    walk: Walk, following: Callable[[Page], PageRequest | None]
) -> AsyncGenerator[Any]:  # what `walk.parse` says; the overloads of the callers tell
    """Yield the items of the first page, then those of the one `following` it, and so on."""
    request: PageRequest | None = walk.first
    pages = empty_pages = 0
    while request is not None:
        page = await _read(request, walk.items)
        for index, item in enumerate(page.items):
            yield item if walk.parse is None else _parsed(walk.parse, item, request, index)
        pages += 1
        empty_pages = 0 if page.items else empty_pages + 1
        if pages == walk.max_pages:
            return
        if empty_pages == MAX_EMPTY_PAGES:
            raise FatalError(f"`{request}` answered {empty_pages} pages in a row without an item")
        request = following(page)


def found(find: Find, response: HttpResponse[JsonValue]) -> JsonValue:
    """Return what `find` points at, or `None` where there is nothing."""
    if not isinstance(find, str):
        return find(response)
    value = response.body
    for name in find.split(".") if find else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


async def _read(request: PageRequest, items: Find) -> Page:
    response = await http_client.send_request(request.method, request.url, **request.options)
    listed = found(items, response)
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        where = f"at `{items}`" if isinstance(items, str) and items else "where its items should be"
        raise FatalError(
            f"`{request}` answered no list {where}, but {type(listed).__name__}",
            hint="if the service leaves out an empty list, pass a function as `items`",
        )
    return Page(request, response, listed)


def _parsed(model: type[BaseModel], item: JsonValue, request: PageRequest, index: int) -> BaseModel:
    from pydantic import ValidationError

    try:
        return model.model_validate(item)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, (index, *problem["loc"])))
    # Outside the handler: pydantic's own error repeats what the service sent.
    raise FatalError(
        f"what `{request}` answered is no list of `{model.__name__}`: `{where}`: {problem['msg']}",
        hint="compare the model with the service's documentation",
    )
