"""Calling a piece's function to see how it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pieces_engine.boundary import Masker
from pieces_framework.errors import AuthorCodeError, DefinitionError, PieceError

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
        return isinstance(self.error, PieceError) and not isinstance(self.error, _AUTHOR_ERRORS)

    @property
    def raised(self) -> str:
        """What it raised, on one line."""
        name, text = type(self.error).__name__, " ".join(str(self.error).split())
        return f"{name}: {text}" if text else name


async def attempt(call: Callable[[], Awaitable[object]], code: Code) -> Outcome:
    """Await what `call` returns; whatever it raises becomes the outcome."""
    try:
        return Outcome(value=await call())
    # An author's code may raise anything, also what ends a process.
    except BaseException as error:  # noqa: BLE001
        return Outcome(error=error, place=code.raising(error))


class Secrets:
    """Finds secrets in messages, however they are written.

    Args:
        secrets: what no message may hold.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self.mask: Final = Masker(None, *secrets)

    def are_in(self, text: str) -> bool:
        """Whether `text` repeats one."""
        return self.mask(text) != text


def told(error: BaseException) -> str:
    """Return all that a user or a log may see of an error."""
    notes: list[str] = getattr(error, "__notes__", [])
    return "\n".join((str(error), *notes, *map(repr, vars(error).values())))
