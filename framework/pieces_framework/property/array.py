"""Properties whose value is a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, Unpack, overload

from typing_extensions import TypeIs, override

from pieces_framework.errors import Problem, PropsError
from pieces_framework.wire import JsonValue, parse_json

from .declaration import InputValue, PropertyBase, PropertyOptions, Rejected
from .parsing import parse_declared
from .props import NoProps, Props, PropsDeclaration, holds_secret, properties_of, props_problems
from .text import text_value

RowT = TypeVar("RowT", bound=Props)
T_co = TypeVar("T_co", covariant=True)


class Array(PropertyBase[T_co]):
    """A list the user makes longer row by row: of texts, or of rows of properties.

    Without `properties` its run value is a list of `str`, or `None` when it is optional, has no
    default and was left empty; items that are numbers or other JSON become text by the rules of
    `ShortText`.

    With `properties=` a `Props` class it is a list of that class's instances, with a dict of
    properties a list of dicts; empty when it was left empty. Where the user fills in the whole
    list by expressions, a dict of columns is zipped to rows: as many as the longest column has,
    single values repeated in each row. Text that holds a JSON list is read as that list.
    """

    kind = "ARRAY"
    expected = "Expected array"

    @overload
    def __init__(
        self: Array[Sequence[str]],
        *,
        properties: None = None,
        required: Literal[True],
        default_value: Sequence[str] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Array[Sequence[str]],
        *,
        properties: None = None,
        default_value: Sequence[str],
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Array[Sequence[str] | None],
        *,
        properties: None = None,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Array[Sequence[RowT]],
        *,
        properties: type[RowT],
        required: bool = False,
        default_value: Sequence[Mapping[str, JsonValue]] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Array[Sequence[Mapping[str, Any]]],
        *,
        properties: Mapping[str, PropertyBase[Any]],
        required: bool = False,
        default_value: Sequence[Mapping[str, JsonValue]] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(
        self, *, properties: PropsDeclaration | None = None, **declared: Any
    ) -> None:  # the overloads say what
        super().__init__(**declared)
        self.properties: Final = properties
        """Those of a row: a `Props` class, or a dict by name; `None` is a list of texts."""

    @override
    def coerce(self, raw: InputValue) -> list[object]:
        if self.properties is None:
            return self._texts(raw)
        return _rows(self.properties, self._row_values(raw))

    @override
    def parse(self, raw: InputValue) -> object:
        if raw is None and self.properties is not None and self.default_value is None:
            return []
        return super().parse(raw)

    @override
    def problems(self) -> list[str]:
        children = self.properties or NoProps
        found = [f"its {problem}" for problem in props_problems(children)]
        return found or super().problems()

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        fields = super().wire_fields()
        if self.properties is None:
            return fields
        children = properties_of(self.properties).items()
        return {**fields, "properties": {name: child.metadata() for name, child in children}}

    @override
    def rejection(self, raw: InputValue, expected: str = "") -> Rejected:
        """The verdict on `raw`, without the value where its rows hold a secret."""
        if self.properties is not None and holds_secret(self.properties):
            return Rejected(f"{expected or self.expected}, received: ***")
        return super().rejection(raw, expected)

    def _texts(self, raw: InputValue) -> list[object]:
        if not isinstance(raw, (list, Sequence)) or isinstance(raw, str):
            raise self.rejection(raw)
        if None in raw:
            raise self.rejection(raw, "Expected text in every item")
        return [text_value(item, keep_empty=True) for item in raw]

    def _row_values(self, raw: InputValue) -> Sequence[InputValue]:
        if isinstance(raw, list):
            return raw
        if isinstance(raw, str):
            try:
                raw = parse_json(raw)
            except ValueError:
                raise self.rejection(raw) from None
        if isinstance(raw, Mapping):
            return _zipped(raw)
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            raise self.rejection(raw)
        return raw


def _rows(properties: PropsDeclaration, values: Sequence[InputValue]) -> list[object]:
    rows: list[object] = []
    problems: list[Mapping[str, Problem]] = []
    for value in values:
        if not isinstance(value, (dict, Mapping)):  # `dict` is found sooner
            raise Rejected("Expected an object in every row")
        try:
            rows.append(parse_declared(properties, value))
            problems.append({})
        except PropsError as error:
            problems.append(error.problems)
    if any(problems):
        raise Rejected(problems)
    return rows


def _zipped(columns: Mapping[str, InputValue]) -> list[InputValue]:
    """Turn a dict of columns into rows; a cell that its column lacks is absent from the row."""
    lists = {name: column for name, column in columns.items() if _is_list(column)}
    singles = {name: column for name, column in columns.items() if name not in lists}
    height = max((len(column) for column in lists.values()), default=1 if singles else 0)
    return [
        {
            **{name: column[index] for name, column in lists.items() if index < len(column)},
            **singles,
        }
        for index in range(height)
    ]


def _is_list(value: InputValue) -> TypeIs[Sequence[InputValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
