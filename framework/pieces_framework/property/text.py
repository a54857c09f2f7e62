"""Properties whose value is text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, Unpack, overload

from typing_extensions import override

from pieces_framework.javascript import js_json, js_text
from pieces_framework.wire import JsonValue, document

from .constraints import Constraints
from .declaration import InputValue, PropertyBase, PropertyOptions, Rejected

T_co = TypeVar("T_co", covariant=True)


class TextOptions(PropertyOptions, total=False):
    """The keywords of every text kind, besides `required` and `default_value`."""

    min_length: int
    """Characters; shorter text is refused."""
    max_length: int
    """Characters; longer text is refused."""
    pattern: str
    """A Python regular expression that must match somewhere in the text; anchor it by ^ and $."""


class TextProperty(PropertyBase[T_co]):
    """What the text kinds share: the constraints on length and pattern."""

    expected = "Expected string"
    exact = frozenset({str})

    def __init__(
        self,
        *,
        min_length: int | None = None,
        max_length: int | None = None,
        pattern: str | None = None,
        **declared: Any,  # the overloads of each kind say what
    ) -> None:
        constraints = Constraints(
            str, min_length=min_length, max_length=max_length, pattern=pattern
        )
        super().__init__(constraints=constraints, **declared)

    @override
    def coerce(self, raw: InputValue) -> str | None:
        text = text_value(raw, keep_empty=self.required or self.default_value is not None)
        return text if text is None else self.constrained(text, raw)


class ShortText(TextProperty[T_co]):
    """Text on one line.

    Its run value is `str`, or `None` when it is optional, has no default and was left empty.
    Numbers and yes/no values become text, lists and objects compact JSON text. Empty text is a
    value where the property is required and nothing where it is optional.

    Source: product documentation, "Props"; property processing of the original's newest engine.
    """

    kind = "SHORT_TEXT"

    @overload
    def __init__(
        self: ShortText[str],
        *,
        required: Literal[True],
        default_value: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: ShortText[str],
        *,
        default_value: str,
        required: bool = False,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: ShortText[str | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)


class LongText(TextProperty[T_co]):
    """Text of several lines. Its values follow the rules of `ShortText`."""

    kind = "LONG_TEXT"

    @overload
    def __init__(
        self: LongText[str],
        *,
        required: Literal[True],
        default_value: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: LongText[str],
        *,
        default_value: str,
        required: bool = False,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: LongText[str | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)


class RichText(TextProperty[T_co]):
    """Formatted text: HTML or Markdown, as `format_property` says.

    Its run value is `str`, or `None` when it is optional, has no default and was not given.
    Only text is taken, and empty text stays text.
    """

    kind = "RICH_TEXT"

    @overload
    def __init__(
        self: RichText[str],
        *,
        required: Literal[True],
        default_value: str | None = None,
        format_property: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: RichText[str],
        *,
        default_value: str,
        required: bool = False,
        format_property: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: RichText[str | None],
        *,
        required: bool = False,
        default_value: None = None,
        format_property: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    def __init__(self, *, format_property: str | None = None, **declared: Any) -> None:
        super().__init__(**declared)
        self.format_property = format_property
        """The name of the property beside it that holds `html` or `markdown`."""

    @override
    def coerce(self, raw: InputValue) -> str | None:
        if not isinstance(raw, str):
            raise self.rejection(raw)
        return self.constrained(raw, raw)

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return {**super().wire_fields(), **document(format_property=self.format_property)}


class SecretText(TextProperty[T_co]):
    """Text that is masked in the form: a key or password given as an ordinary property.

    Its run value is `str`, or `None` when it is optional and was left empty. It is masked in
    errors and logs. Prefer `PieceAuth.SecretText`: a connection is stored encrypted and shared.
    In the `props=` of `PieceAuth.CustomAuth` it is the way to ask for a secret.
    """

    kind = "SECRET_TEXT"

    @overload
    def __init__(
        self: SecretText[str],
        *,
        required: Literal[True],
        default_value: str | None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: SecretText[str],
        *,
        default_value: str,
        required: bool = False,
        **common: Unpack[TextOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: SecretText[str | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[TextOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def rejection(self, raw: InputValue, expected: str = "") -> Rejected:
        """The verdict on `raw`, without the value: it is a secret."""
        return Rejected(
            f"{expected or self.expected}, received: {'null' if raw is None else '***'}"
        )


def text_value(raw: InputValue, *, keep_empty: bool) -> str | None:
    """Turn any JSON value into text; empty text is `None` unless `keep_empty`."""
    if isinstance(raw, str):
        return raw if keep_empty or raw else None
    if isinstance(raw, Mapping | Sequence):
        try:
            return js_json(raw)
        except TypeError:  # a file in it, which only `File` takes
            raise Rejected("Expected string, received: a file") from None
        except ValueError:
            raise Rejected("Expected string, received: a number that JSON cannot say") from None
    return js_text(raw)
