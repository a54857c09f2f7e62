"""The output schema: what a step's result holds, so that the builder can show and offer its parts.

It is given, or read off a pydantic model that the author's function returns. pydantic itself is
never imported from here: where no module has imported it, no function returns a model.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import TypeIs

from .output_formats import OutputFormat
from .wire import JsonValue, document

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, kw_only=True)
class OutputField:
    """One value of a result, and how it is shown."""

    key: str
    """Its key in the object it is part of."""
    label: str | None = None
    value: str | None = None
    """A template shown instead of the value itself: `{first_name} {last_name}`."""
    format: OutputFormat | None = None
    description: str | None = None
    dynamic_key: bool | None = None
    """Whether the children's keys are data, so that each run may have others."""
    label_key: str | None = None
    """Which key of a list's item or a child holds its label."""
    currency: str | None = None
    """For the format `currency`: the code, such as `EUR`."""
    children: Sequence[OutputField] = ()
    """The fields of an object."""
    list_items: Sequence[OutputField] = ()
    """The fields of each object of a list."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(
            key=self.key,
            label=self.label,
            value=self.value,
            format=self.format,
            description=self.description,
            dynamic_key=self.dynamic_key,
            label_key=self.label_key,
            currency=self.currency,
            children=[child.metadata() for child in self.children] or None,
            list_items=[item.metadata() for item in self.list_items] or None,
        )


@dataclass(frozen=True, kw_only=True)
class OutputSchema:
    """What an action's result, or each item of a trigger, holds."""

    fields: Sequence[OutputField]
    item_label: str | None = None
    """A template that names one item of a list: `#{number}, {status}`."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(
            fields=[field.metadata() for field in self.fields], item_label=self.item_label
        )


def result_schema(function: object) -> OutputSchema | None:
    """Return the schema of the model that `function` returns; `None` if it returns no model."""
    return _schema(_returned(function))


def item_schema(function: object) -> OutputSchema | None:
    """Return the schema of the model of which `function` returns a list, or `None`."""
    return _schema(_item(_returned(function)))


# To the interpreter these are no kinds of `datetime` and `date`.
_PYDANTIC_FORMATS: Final[Mapping[str, OutputFormat]] = {
    "AwareDatetime": "datetime",
    "NaiveDatetime": "datetime",
    "PastDatetime": "datetime",
    "FutureDatetime": "datetime",
    "PastDate": "date",
    "FutureDate": "date",
    "EmailStr": "email",
    "AnyUrl": "url",
}


def _schema(annotation: object) -> OutputSchema | None:
    if not _is_model(annotation):
        return None
    fields = tuple(_fields(annotation, ()))
    return OutputSchema(fields=fields) if fields else None


def _returned(function: object) -> object:
    """The return annotation, resolved; `None` if there is none or its names lead nowhere."""
    function = getattr(function, "__wrapped__", function)
    annotations: Mapping[str, object] = getattr(function, "__annotations__", {})
    # Only the return type: a context under `if TYPE_CHECKING` must not hide it.
    holder = types.SimpleNamespace(__annotations__={"return": annotations.get("return")})
    names: dict[str, Any] = getattr(function, "__globals__", {})
    try:
        hints = typing.get_type_hints(holder, globalns=names)
    except (NameError, AttributeError, SyntaxError, TypeError):
        return None
    return _plain(hints["return"])


def _plain(annotation: object) -> object:
    """Take off `Annotated`, `| None` and the name of an alias; a root model is what it holds."""
    if (value := getattr(annotation, "__value__", None)) is not None:  # `type Items = ...`
        return _plain(value)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _plain(arguments[0])
    if origin in {typing.Union, types.UnionType}:
        some = [each for each in arguments if each is not type(None)]
        return _plain(some[0]) if len(some) == 1 else annotation
    if _is_model(annotation) and getattr(annotation, "__pydantic_root_model__", False):
        return _plain(annotation.model_fields["root"].annotation)
    return annotation


def _item(annotation: object) -> object:
    """What a list holds; `None` of what is no list."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    is_list = isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset)
    return _plain(arguments[0]) if is_list and arguments else None


def _fields(model: type[BaseModel], outer: tuple[type, ...]) -> Iterator[OutputField]:
    if not model.__pydantic_fields_complete__:  # it names models that are defined after it
        model.model_rebuild(raise_errors=False)
    for name, info in model.model_fields.items():
        if not info.exclude:
            key = info.serialization_alias or name
            yield _field(key, info.title, info.description, info.annotation, (*outer, model))
    for name, computed in model.model_computed_fields.items():
        key = computed.alias or name
        outers = (*outer, model)
        yield _field(key, computed.title, computed.description, computed.return_type, outers)


def _field(
    key: str,
    title: str | None,
    description: str | None,
    annotation: object,
    outer: tuple[type, ...],
) -> OutputField:
    plain = _plain(annotation)
    return OutputField(
        key=key,
        label=title or _words(key),
        format=_format(plain),
        description=description,
        children=_inner(plain, outer),
        list_items=_inner(_item(plain), outer),
    )


def _inner(annotation: object, outer: tuple[type, ...]) -> tuple[OutputField, ...]:
    if not _is_model(annotation) or annotation in outer:  # a model inside itself has no end
        return ()
    return tuple(_fields(annotation, outer))


def _format(annotation: object) -> OutputFormat | None:
    if not isinstance(annotation, type):
        return None
    for kind, name in _formats():
        if issubclass(annotation, kind):
            return name
    return None


def _formats() -> Iterator[tuple[type, OutputFormat]]:
    from datetime import date, datetime
    from decimal import Decimal

    yield bool, "boolean"  # before numbers: a bool is an int
    for number in (int, float, Decimal):
        yield number, "number"
    yield datetime, "datetime"  # before dates: a datetime is a date
    yield date, "date"
    pydantic = sys.modules["pydantic"]  # a model's field is what asks
    for class_name, name in _PYDANTIC_FORMATS.items():
        yield getattr(pydantic, class_name), name


def _words(key: str) -> str:
    """Return the words of a key, each with a capital: `createdAt` is `Created At`."""
    spaced = "".join(
        f" {letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(f" {key}", key, strict=False)
    )
    return " ".join(word[0].upper() + word[1:] for word in spaced.replace("_", " ").split())


def _is_model(annotation: object) -> TypeIs[type[BaseModel]]:
    pydantic: Any = sys.modules.get("pydantic")
    base: Callable[..., object] | None = getattr(pydantic, "BaseModel", None)
    return isinstance(base, type) and isinstance(annotation, type) and issubclass(annotation, base)
