"""What all properties share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    Required,
    Self,
    TypeAlias,
    TypedDict,
    cast,
    overload,
)

from typing_extensions import TypeIs, TypeVar

from pieces_framework.errors import Problem
from pieces_framework.javascript import js_text
from pieces_framework.wire import JsonValue, Overlay, document, json_problem

from .constraints import Constraints

if TYPE_CHECKING:
    from pieces_framework.files import ApFile, ApStreamingFile

    from .props import Props, PropsDeclaration

T_co = TypeVar("T_co", covariant=True)
ValueT = TypeVar("ValueT", str, float)

InputValue: TypeAlias = (
    "JsonValue | ApFile | ApStreamingFile | Sequence[InputValue] | Mapping[str, InputValue]"
)
"""What a flow supplies: JSON, in which a file may already have been read."""


class Rejected(Exception):  # noqa: N818 -- a verdict on one value; it never leaves this package
    """One value was rejected. `parse_values` gathers these."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Final = problem


class PropertyOptions(TypedDict, total=False):
    """The keywords of every property, besides `required` and `default_value`."""

    display_name: Required[str]
    """The label of the input."""
    description: str
    """Markdown below the input: what to fill in."""
    name: str
    """The name flows store, where it can't be the attribute's: a Python keyword, say."""
    advanced: bool
    """Show it among the advanced settings."""
    placeholder: str
    """Shown in the empty input."""
    width: Literal["half", "full"]
    """How much of the form's width it takes."""
    icon: str
    """The name of an icon beside the label."""


class PropertyBase(Generic[T_co]):
    """One value the user of a piece supplies. `T_co` is its type inside a run."""

    kind: str
    """The `type` in the wire form."""
    expected: ClassVar[str] = ""
    """What a rejected value should have been, as the message begins: `Expected number`."""
    exact: frozenset[type] = frozenset()
    """The types of which every value but empty text is taken as it is, without `parse`."""

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None = None,
        required: bool = False,
        default_value: JsonValue = None,
        name: str = "",
        advanced: bool | None = None,
        placeholder: str | None = None,
        width: Literal["half", "full"] | None = None,
        icon: str | None = None,
        constraints: Constraints | None = None,
    ) -> None:
        self.display_name: Final = display_name
        self.description: Final = description
        self.required: Final = required
        """Whether a run needs a value: without one the step fails before the piece is called."""
        self.default_value: Final = default_value
        """Filled into the form, and taken by a run where a flow supplies nothing or null."""
        self.name = name
        self.attribute = ""
        self.advanced: Final = advanced
        self.placeholder: Final = placeholder
        self.width: Final = width
        self.icon: Final = icon
        self.constraints: Final = constraints if constraints and constraints.declared else None
        self.overlay: Overlay | None = None
        """What the document it was loaded from says otherwise."""
        if self.constraints:
            self.exact = frozenset()

    def __set_name__(self, owner: type[object], attribute: str) -> None:
        self.attribute = self.attribute or attribute
        self.name = self.name or attribute

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: Props, owner: type[Any]) -> T_co: ...
    def __get__(self, instance: Props | None, owner: type[Any]) -> Self | T_co:
        if instance is None:
            return self
        return cast("T_co", instance.__values__[self.name])

    def coerce(self, raw: InputValue) -> object:
        """Turn a value other than null into the run value; `None` means "nothing given".

        Raises:
            Rejected: if the value can't be taken.
        """
        raise NotImplementedError

    def parse(self, raw: InputValue) -> object:
        """Turn what a flow supplies, null included, into the run value.

        Raises:
            Rejected: if the value can't be taken, or is null and required.
        """
        value = None if raw is None else self.coerce(raw)
        if value is None and self.default_value is not None:
            value = self.coerce(deepcopy(self.default_value))  # a run may change its values
        if value is None and self.required:
            raise self.rejection(raw)
        return value

    def parse_stored(self, raw: InputValue, schema: PropsDeclaration) -> object:  # noqa: ARG002
        """Turn what a flow supplies into the run value, by child properties its step stored.

        Only `DynamicProperties` has any; for the rest this is `parse`.

        Raises:
            Rejected: if the value can't be taken.
        """
        return self.parse(raw)

    def parse_absent(self) -> object:
        """Return the run value where a flow supplies nothing at all.

        Raises:
            Rejected: if it is required and has no default.
        """
        if self.required and self.default_value is None:
            raise Rejected("is required")
        return self.parse(None)

    def rejection(self, raw: InputValue, expected: str = "") -> Rejected:
        """The verdict on `raw`, in the documented words."""
        return Rejected(f"{expected or self.expected}, received: {js_text(raw)}")

    def constrained(self, value: ValueT, raw: InputValue) -> ValueT:
        """Return `value` if it keeps the constraints.

        Raises:
            Rejected: if it breaks one; the message is pydantic's.
        """
        if self.constraints and (broken := self.constraints.broken_by(value)):
            raise self.rejection(raw, broken)
        return value

    def problems(self) -> list[str]:
        """What is wrong with the declaration itself."""
        found = list(self.constraints.problems()) if self.constraints else []
        if found or self.default_value is None:
            return found
        if problem := json_problem(self.default_value, "default_value"):
            return [problem]
        try:
            self.coerce(self.default_value)
        except Rejected as rejected:
            return [f"its default_value is refused: {rejected.problem}"]
        return []

    def wire_fields(self) -> dict[str, JsonValue]:
        """Return what `metadata` says of the declaration; kinds add their own fields."""
        return document(
            type=self.kind,
            display_name=self.display_name,
            description=self.description,
            required=self.required,
            default_value=self.default_value,
            advanced=self.advanced,
            placeholder=self.placeholder,
            width=self.width,
            icon=self.icon,
            constraints=self.constraints.metadata() if self.constraints else None,
        )

    def metadata(self) -> dict[str, JsonValue]:
        """Return the property's wire form."""
        fields = self.wire_fields()
        return self.overlay.apply(fields) if self.overlay else fields


def is_property(value: object) -> TypeIs[PropertyBase[Any]]:
    """Whether `value` is a property."""
    return isinstance(value, PropertyBase)
