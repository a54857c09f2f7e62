"""The boundary between our code and an author's: what comes back is an error of the tree.

Every message is masked here: a secret that an author, a library or a service repeats in an error
does not reach a terminal, a log or a response.
"""

from __future__ import annotations

import asyncio.threads
import importlib
import re
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import thread
from contextlib import contextmanager
from functools import cached_property
from itertools import dropwhile
from pathlib import Path
from traceback import FrameSummary, TracebackException
from typing import Final

from typing_extensions import TypeIs

import pieces_framework
from pieces_framework.errors import AuthorCodeError, PieceError
from pieces_framework.property import InputValue
from pieces_framework.secret_forms import MASK, secret_pattern
from pieces_framework.wire import JsonValue, leaves

_CONNECTION_TYPES: Final = (
    "SECRET_TEXT",
    "BASIC_AUTH",
    "CUSTOM_AUTH",
    "OIDC",
    "OAUTH2",
    "CLOUD_OAUTH2",
    "PLATFORM_OAUTH2",
    "NO_AUTH",
)
_OURS: Final = (
    str(Path(__file__).parent),
    str(Path(pieces_framework.__file__).parent),
    asyncio.threads.__file__,
    thread.__file__,
    importlib.__file__,
    "<frozen importlib",
)
"""How the files begin through which a call or an import reaches an author's code."""


class Masker:
    """Replaces every occurrence of secrets in a text; see `secret_pattern`.

    Args:
        auth: the connection's raw value; every text in it counts as a secret, but the word that
            names the connection's type.
        others: what else is secret; every text in it counts.
    """

    def __init__(self, auth: JsonValue, *others: InputValue) -> None:
        if isinstance(auth, Mapping):
            auth = {name: value for name, value in auth.items() if not _is_type(name, value)}
        self._secrets: Final = {leaf for leaf in leaves((auth, others)) if isinstance(leaf, str)}

    def __call__(self, text: str) -> str:
        """Return `text` with `***` where a secret was, however it is written there."""
        return self._pattern.sub(MASK, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return secret_pattern(self._secrets)  # takes milliseconds, and most runs raise nothing


@contextmanager
def author_code(name: str, mask: Masker) -> Generator[None]:
    """Run code of an author: whatever it raises leaves as a `PieceError` without secrets.

    Raises:
        AuthorCodeError: `name` raised an exception that is not a `PieceError`.
        PieceError: the author's own, as it was but for the secrets.
    """
    try:
        yield
    except PieceError as error:
        _mask_error(error, mask)
        raise
    # The step boundary: an author's code may raise anything, and must not end our process.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        text = str(error).strip()
        what = f"{type(error).__name__}: {text}" if text else type(error).__name__
        trace = TracebackException.from_exception(error)
        # From the author's first line on: how we got there tells nobody.
        trace.stack[:] = list(dropwhile(_is_ours, trace.stack))
        place = _last_of_author(trace.stack)
        # Not `from error`: a log that prints causes would print the secrets in it.
        raise AuthorCodeError(
            mask(f"`{name}` raised {what}"),
            traceback=mask("".join(trace.format())),
            path=place.filename if place else "",
            line=place.lineno if place else None,
        ) from None


def _mask_error(error: PieceError, mask: Masker) -> None:
    """Mask `error` where it stands, so that its type, its fields and its traceback stay."""
    # A log prints causes too, and nobody can mask the fields of any exception.
    error.__cause__, error.__suppress_context__ = None, True
    error.args = tuple(_masked(arg, mask) for arg in error.args)
    vars(error).update({name: _masked(value, mask) for name, value in vars(error).items()})


def _masked(value: object, mask: Masker) -> object:
    """Mask text, and the tuples, lists and dicts of it that errors of the tree carry."""
    if isinstance(value, str):
        return mask(value)
    if _is_tuple(value):
        return tuple(_masked(item, mask) for item in value)
    if _is_list(value):
        return [_masked(item, mask) for item in value]
    if _is_dict(value):
        return {_masked(key, mask): _masked(item, mask) for key, item in value.items()}
    return value


def _is_tuple(value: object) -> TypeIs[tuple[object, ...]]:
    return isinstance(value, tuple)


def _is_list(value: object) -> TypeIs[list[object]]:
    return isinstance(value, list)


def _is_dict(value: object) -> TypeIs[dict[object, object]]:
    return isinstance(value, dict)


def _is_type(name: str, value: JsonValue) -> bool:
    return name == "type" and value in _CONNECTION_TYPES


def _last_of_author(stack: Sequence[FrameSummary]) -> FrameSummary | None:
    """Return the last frame in the author's package, which is that of the first; not a library's.

    Args:
        stack: from the author's first line on.
    """
    if not stack:
        return None
    folder = Path(stack[0].filename).parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    own = [frame for frame in stack if Path(frame.filename).is_relative_to(folder)]
    return own[-1]


def _is_ours(frame: FrameSummary) -> bool:
    return frame.filename.startswith(_OURS)
