"""Calling a piece's function to see how it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import AuthorCodeError, DefinitionError, PieceError, StoreError

from .verdict import NOWHERE, Place

if TYPE_CHECKING:
    from .guard import Code

_AUTHOR_ERRORS: Final = (AuthorCodeError, DefinitionError)
"""Errors of the tree that say that the piece's code is wrong."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call ended."""

    value: object = None
    error: BaseException | None = field(default=None, repr=False)
    place: Place = NOWHERE
    """The line of the piece that raised."""

    @property
    def is_typed(self) -> bool:
        """Whether it returned, or raised what tells its caller who must act."""
        if self.error is None:
            return True
        if not isinstance(self.error, PieceError) or isinstance(self.error, _AUTHOR_ERRORS):
            return False
        return not _is_no_json(self.error) and _text(self.error) is not None

    @property
    def raised(self) -> str:
        """What it raised, on one line."""
        return "" if self.error is None else described(self.error)


async def attempt(call: Callable[[], Awaitable[object]], code: Code) -> Outcome:
    """Await what `call` returns; whatever it raises becomes the outcome."""
    try:
        return Outcome(value=await call())
    # An author's code may raise anything, also what ends a process.
    except BaseException as error:  # noqa: BLE001
        return Outcome(error=error, place=code.raising(error))


def described(error: BaseException) -> str:
    """Return an error's type and text on one line; its text may be code of the piece."""
    name, text = type(error).__name__, _text(error)
    if text is None:
        return f"{name}, whose text cannot be read"
    flat = " ".join(text.split())
    return f"{name}: {flat}" if flat else name


def told(error: BaseException) -> str:
    """Return all that a user or a log may see of an error."""
    values = (_text_by(repr, value) or "" for value in vars(error).values())
    return "\n".join((_said(error), *values))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Yield what a traceback of `error` shows besides it: the errors that led to it."""
    seen, waiting = {id(error)}, [error]
    while waiting:
        shown = waiting.pop()
        members = getattr(shown, "exceptions", ())  # of a group
        inner = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
        for each in (inner, *members):
            if isinstance(each, BaseException) and id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)
                yield each


def told_behind(error: BaseException) -> str:
    """Return what a traceback says of the errors that led to `error`."""
    return "\n".join(map(_said, _behind(error)))


def _said(error: BaseException) -> str:
    notes: list[object] = getattr(error, "__notes__", [])
    return "\n".join((_text(error) or "", *map(str, notes)))


def _text(error: BaseException) -> str | None:
    """Return the error's text; `None` if writing it raised."""
    return _text_by(str, error)


def _text_by(write: Callable[[object], str], value: object) -> str | None:
    try:
        return write(value)
    # Whatever an author's `__str__` or `__repr__` raises.
    except Exception:  # noqa: BLE001
        return None


def _is_no_json(error: PieceError) -> bool:
    """Whether it is of a value that no store takes, whatever a service says: a mistake of code."""
    return isinstance(error, StoreError) and isinstance(
        error.__cause__, TypeError | ValueError | RecursionError
    )
