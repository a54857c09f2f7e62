"""The query of a URL, written as JavaScript's `URLSearchParams` takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from pieces_framework import FatalError
from pieces_framework.javascript import js_text

QueryScalar: TypeAlias = str | int | float | bool
QueryValue: TypeAlias = QueryScalar | Sequence[QueryScalar]
"""One value of a query. A list is one value too: `["a", 1]` is written `a,1`."""
QueryParams: TypeAlias = Mapping[str, QueryValue] | Sequence[tuple[str, QueryValue]]
"""Names and values. As pairs a name may stand several times."""


def encode_query(params: QueryParams, where: str) -> str:
    """Return `params` as a query, each value as JavaScript's text of it; see `encode_pairs`.

    `None` is the text `null`, as the original has it; the types leave it out, since no service
    wants that.

    >>> encode_query({"page": 2, "tags": ["a", "b"], "deep": True}, "query")
    'page=2&tags=a%2Cb&deep=true'
    >>> encode_query([("tag", "a b"), ("tag", "c")], "query")
    'tag=a+b&tag=c'

    Raises:
        FatalError: if a text in it is not Unicode.
    """
    pairs = params.items() if isinstance(params, Mapping) else params
    return encode_pairs([(name, js_text(value)) for name, value in pairs], where)


def encode_pairs(pairs: Sequence[tuple[str, str]], where: str) -> str:
    """Return `pairs` with `&` between them; `where` they stand is named if one cannot be written.

    Raises:
        FatalError: if a text in them is not Unicode.
    """
    try:
        return urlencode(pairs)
    except UnicodeEncodeError:
        pass
    # Outside the handler: the cause repeats the text.
    raise FatalError(
        f"the {where} holds half of a character",
        hint="look for text that was cut in the middle of an emoji",
    )


def with_query(url: str, query: str) -> str:
    """Return `url` with `query` added to its own, which stays as it is, and without a fragment.

    >>> with_query("https://example.com/a?b=%20&b#part", "b=2")
    'https://example.com/a?b=%20&b&b=2'
    """
    address = url.partition("#")[0] if "#" in url else url
    if not query:
        return address
    if "?" not in address:
        return f"{address}?{query}"
    return f"{address}{query}" if address.endswith(("?", "&")) else f"{address}&{query}"
