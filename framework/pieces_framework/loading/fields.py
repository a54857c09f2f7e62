"""Reading fields of a wire document as what they should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, NoReturn, TypeVar

from pieces_framework.errors import FatalError
from pieces_framework.wire import JsonValue

EnumT = TypeVar("EnumT", bound=Enum)


class Fields:
    """The fields of one document. What is absent, or is something else than asked for, is `None`.

    Nothing is lost by that: the object made of the fields gets an overlay of all they leave out.
    """

    def __init__(self, document: Mapping[str, JsonValue]) -> None:
        self.document: Final = document

    def json(self, key: str) -> JsonValue:
        """Return whatever is there."""
        return self.document.get(key)

    def text(self, key: str) -> str | None:
        """Return a text."""
        value = self.document.get(key)
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool | None:
        """Return a yes/no."""
        value = self.document.get(key)
        return value if isinstance(value, bool) else None

    def number(self, key: str) -> float | None:
        """Return a number."""
        value = self.document.get(key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def whole(self, key: str) -> int | None:
        """Return a whole number."""
        value = self.document.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def one_of(self, key: str, kind: type[EnumT]) -> EnumT | None:
        """Return the member that stands for the value."""
        try:
            return kind(self.document.get(key))
        except ValueError:
            return None

    def fields(self, key: str) -> Fields | None:
        """Return the fields of an object."""
        value = self.document.get(key)
        return Fields(value) if isinstance(value, Mapping) else None

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list."""
        return [item for item in self._items(key) if isinstance(item, str)]

    def rows(self, key: str) -> list[Fields]:
        """Return the fields of each object of a list."""
        return [Fields(item) for item in self._items(key) if isinstance(item, Mapping)]

    def objects(self, key: str) -> dict[str, Mapping[str, JsonValue]]:
        """Return the objects in an object, by their keys."""
        value = self.document.get(key)
        items = value.items() if isinstance(value, Mapping) else ()
        return {name: item for name, item in items if isinstance(item, Mapping)}

    def text_values(self) -> dict[str, str]:
        """Return all fields that are text, by their keys."""
        return {key: value for key, value in self.document.items() if isinstance(value, str)}

    def _items(self, key: str) -> Sequence[JsonValue]:
        value = self.document.get(key)
        return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


class NoCode:
    """Stands for an author's function of which only the metadata is at hand."""

    def __init__(self, what: str) -> None:
        self._what: Final = what

    async def __call__(self, _context: object, /) -> NoReturn:
        """Refuse to run."""
        raise FatalError(f"{self._what} was loaded from metadata and has no code: not implemented")
