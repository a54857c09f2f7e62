"""From page to page: request one, hand out its items, find out where the next one is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, cast

from typing_extensions import TypeVar

from pieces_framework import AuthorCodeError, FatalError, JsonValue

from .client import http_client
from .message import HttpMethod, HttpResponse, shown_url
from .options import RequestOptions
from .reading import parsed

if TYPE_CHECKING:
    from pydantic import BaseModel

ItemT = TypeVar("ItemT", bound="BaseModel | JsonValue", default=JsonValue)
"""What a list holds: the model that is passed as `parse`, without one JSON."""

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
        return f"{self.method} {shown_url(self.url)}"

    def having(self, name: str, value: str | float, *, in_body: bool) -> PageRequest:
        """Return the request with one more parameter, or with another value of it.

        Raises:
            AuthorCodeError: if it is to be in the body, which is no object.
        """
        options = self.options.copy()
        if in_body:
            body = options.get("body")
            if not isinstance(body, Mapping | None):
                raise AuthorCodeError(
                    f"`{self}` has no place for `{name}`: its body is no object",
                    hint="pass a `dict` as `body`, or leave `in_body` out",
                )
            options["body"] = {**(body or {}), name: value}
            return replace(self, options=options)
        given = options.get("query_params") or ()
        pairs = given.items() if isinstance(given, Mapping) else given
        options["query_params"] = [*(pair for pair in pairs if pair[0] != name), (name, value)]
        return replace(self, options=options)


@dataclass(frozen=True)
class Page:
    """One page, read."""

    request: PageRequest
    response: HttpResponse[JsonValue]
    items: Sequence[JsonValue]


@dataclass(frozen=True)
class Walk(Generic[ItemT]):
    """Where a walk over pages begins, and what of it is handed out: an `ItemT` for each item."""

    first: PageRequest
    list_at: Find
    max_pages: int | None
    model: type[BaseModel] | None

    async def items(self, following: Callable[[Page], PageRequest | None]) -> AsyncGenerator[ItemT]:
        """Yield the items of the first page, then those of the one `following` it, and so on."""
        request: PageRequest | None = self.first
        pages = empty_pages = 0
        while request is not None:
            page = await _read(request, self.list_at)
            for index, item in enumerate(page.items):
                name = f"item {index} of what `{request}` answered"
                read = item if self.model is None else parsed(self.model, item, name)
                yield cast("ItemT", read)  # `walk_through` pairs the two
            pages += 1
            empty_pages = 0 if page.items else empty_pages + 1
            if pages == self.max_pages:
                return
            if empty_pages == MAX_EMPTY_PAGES:
                raise FatalError(
                    f"`{request}` answered {empty_pages} pages in a row without an item",
                    hint="look up how the service ends a list, and whether `items` is right",
                )
            request = following(page)


def walk_through(
    method: HttpMethod, url: str, parse: type[ItemT] | None, options: PageOptions
) -> Walk[ItemT]:
    """Take apart what a function of pagination was called with.

    Raises:
        AuthorCodeError: if there is no such number of pages, or `parse` is no model.
    """
    list_at, max_pages = options.pop("items", ""), options.pop("max_pages", None)
    request = PageRequest(method, url, options)
    if max_pages is not None and (type(max_pages) is not int or max_pages < 1):
        raise AuthorCodeError(
            f"`{request}`: `max_pages` must be a whole number above 0, got {max_pages!r}",
            hint="leave it out to read every page",
        )
    return Walk(request, list_at, max_pages, _model(parse, request))


def _model(parse: object, request: PageRequest) -> type[BaseModel] | None:
    if parse is None:
        return None
    from pydantic import BaseModel

    got = getattr(parse, "__qualname__", type(parse).__qualname__)
    if isinstance(parse, type) and issubclass(parse, BaseModel):
        return parse
    raise AuthorCodeError(
        f"`{request}`: `parse` must be a subclass of pydantic's `BaseModel`, got `{got}`",
        hint="pass the model of one item; for JSON leave `parse` out",
    )


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
