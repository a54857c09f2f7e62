"""The secrets of a request, and a document without them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from pieces_common.secret_names import SecretNames
from pieces_framework import JsonValue
from pieces_framework.secret_forms import MASK, secret_pattern

from .authentication import authentication_secrets

if TYPE_CHECKING:
    from .request import Request

_MAX_DEPTH: Final = 100
"""What is nested more deeply is masked whole, and not searched for secrets."""
_NAMES: Final = SecretNames()
# Every writing of a secret costs a quarter of a millisecond for each of its characters.
_MAX_SECRETS: Final = 20
_MAX_CHARACTERS: Final = 4_000
_MOST_OF_ONE: Final = 400
"""Characters that a long secret, which is looked for by its ends, counts as."""


def secrets_pattern(request: Request) -> re.Pattern[str]:
    """Return a pattern that finds each secret of `request`, however it is written.

    Of very many in its query and body only the first are: the rest are found as they are, in JSON
    and in a URL.
    """
    sent = list(dict.fromkeys(_of_content(request)))
    sizes = accumulate(min(len(secret), _MOST_OF_ONE) for secret in sent)
    closely = sum(size <= _MAX_CHARACTERS for size in islice(sizes, _MAX_SECRETS))
    return secret_pattern([*_credentials(request), *sent[:closely]], sent[closely:])


def masked_by(value: JsonValue, pattern: re.Pattern[str]) -> JsonValue:
    """Return `value` with `***` for what `pattern` finds in texts and keys, and as a number."""
    return _masked(value, pattern, _MAX_DEPTH)


def _masked(value: JsonValue, pattern: re.Pattern[str], depth: int) -> JsonValue:
    if isinstance(value, str):
        return pattern.sub(MASK, value)
    if isinstance(value, Mapping | Sequence) and depth == 0:
        return MASK
    if isinstance(value, Mapping):
        return {
            pattern.sub(MASK, key): _masked(item, pattern, depth - 1) for key, item in value.items()
        }
    if isinstance(value, Sequence):
        return [_masked(item, pattern, depth - 1) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    return MASK if pattern.fullmatch(str(value)) else value


def _credentials(request: Request) -> Iterator[str]:
    yield from authentication_secrets(request.authentication)
    for name, value in request.headers.items():
        if _NAMES.in_header(name):
            yield from _of_header(name, value)


def _of_content(request: Request) -> Iterator[str]:
    query = request.url.query.decode("ascii")
    yield from (value for name, value in parse_qsl(query) if _NAMES.in_query(name))
    yield from _of_body(request.content.document, _MAX_DEPTH)


def _of_header(name: str, value: str) -> Iterator[str]:
    yield value
    if name == "cookie":
        yield from (pair.partition("=")[2] for pair in value.split(";"))
    scheme, _, credentials = value.partition(" ")
    yield credentials
    if scheme.lower() == "basic":
        yield from _of_basic(credentials)


def _of_basic(credentials: str) -> Iterator[str]:
    from base64 import b64decode
    from binascii import Error

    try:
        pair = b64decode(credentials).decode("utf-8", "replace")
    except (Error, ValueError):
        return
    user, _, password = pair.partition(":")
    yield from (pair, user, password)


def _of_body(document: JsonValue, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(document, Mapping):
        for name, value in document.items():
            if _NAMES.anywhere(name):
                yield from _texts(value, depth - 1, with_numbers=not _NAMES.is_counter(name))
            else:
                yield from _of_body(value, depth - 1)
    elif isinstance(document, Sequence) and not isinstance(document, str):
        for item in document:
            yield from _of_body(item, depth - 1)


def _texts(value: JsonValue, depth: int, *, with_numbers: bool) -> Iterator[str]:
    """Yield all that `value` says, for the name of it says that it is a secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        if depth > 0:
            items = value.values() if isinstance(value, Mapping) else value
            for item in items:
                yield from _texts(item, depth - 1, with_numbers=with_numbers)
    elif with_numbers and value is not None and not isinstance(value, bool):
        yield str(value)
