"""Lists in pages: claims that hold, and mistakes that mypy and pyright both catch."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import assert_type

from pydantic import BaseModel

from pieces_common import (
    HttpMethod,
    paginate_cursor,
    paginate_links,
    paginate_offset,
    paginate_pages,
)
from pieces_framework import JsonValue

GET = HttpMethod.GET


class Order(BaseModel):
    """An item."""

    id: int


async def items() -> None:
    """The type of the items is the one that was asked for."""
    assert_type(paginate_links(GET, "", max_pages=3), AsyncGenerator[JsonValue])
    assert_type(paginate_cursor(GET, "", cursor="next", parse=None), AsyncGenerator[JsonValue])
    assert_type([each async for each in paginate_pages(GET, "")], list[JsonValue])
    assert_type(paginate_links(GET, "", parse=Order, retries=2), AsyncGenerator[Order])
    assert_type(paginate_cursor(GET, "", cursor="next", parse=Order), AsyncGenerator[Order])
    assert_type(paginate_pages(GET, "", parse=Order), AsyncGenerator[Order])
    async for order in paginate_offset(GET, "", items="data", parse=Order):
        assert_type(order, Order)


def mistakes() -> None:
    """What both checkers refuse."""
    paginate_links(GET, "", parse=Exception)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    paginate_pages(GET, "", max_pages="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    paginate_offset(GET, "", timeout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    paginate_cursor(GET, "")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
