"""Checking the values of properties inside a run, where a property's own rules do not reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache, reduce
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    NotRequired,
    TypeAlias,
    TypedDict,
    Union,
    cast,
    get_args,
    get_origin,
)

from typing_extensions import TypeIs, override

from pieces_framework.errors import AuthorCodeError, PropsError
from pieces_framework.property import Props
from pieces_framework.wire import JsonValue

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError
    from pydantic.fields import FieldInfo

Schema: TypeAlias = "type[BaseModel] | Mapping[str, object]"
"""A pydantic model, or by the name of a property the type it must have, often `Annotated`."""


class _Problem(TypedDict):
    """What pydantic says of one value; `loc` names branches of unions besides keys and indexes."""

    type: str
    loc: tuple[int | str, ...]
    msg: str
    input: object
    ctx: NotRequired[dict[str, object]]


_REQUIRED: Final = "is required"
_SAID_BY_THE_AUTHOR: Final = {"value_error", "assertion_error"}
_UNKNOWN_TAG: Final = "Input should name one of the expected kinds"
"""Instead of the words of pydantic, which repeat what was given."""


class PropsValidationError(PropsError):
    """The piece's own check refused values; `problems` maps the path of each to its message."""

    @override
    def document(self) -> dict[str, JsonValue]:
        """Return the documented error document: `{"errors": {"items.0.name": "is required"}}`.

        Source: product documentation, "Props Validation".
        """
        return {"errors": {path: str(problem) for path, problem in self.problems.items()}}

    @property
    def json_text(self) -> str:
        """The document as JSON text, two spaces a level."""
        import json

        return json.dumps(self.document(), indent=2, ensure_ascii=False)


class Message:
    """In an `Annotated` type: what the user is told when a rule to its left is broken.

    It speaks for every rule to its left, and for the type, where no other message inside does:

    >>> from typing import Annotated
    >>> from pydantic import Field
    >>> Level = Annotated[
    ...     float, Field(ge=0), Message("Too bitter."), Field(le=10), Message("Too sweet.")
    ... ]
    >>> validate_props({"level": 11}, {"level": Level})
    Traceback (most recent call last):
    pieces_common.validation.PropsValidationError: `level`: Too sweet.
    hint: correct the values in the step's settings
    """

    def __init__(self, text: str) -> None:
        self.text: Final = text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Add the message to a schema of pydantic, whose types of both are not public."""
        from pydantic import ValidationError, WrapValidator

        def speak(value: object, inner: Any) -> object:
            try:
                checked: object = inner(value)
            except ValidationError as error:
                if any(each["type"] in _SAID_BY_THE_AUTHOR for each in _errors(error)):
                    raise
            else:
                return checked
            raise ValueError(self.text)

        return WrapValidator(speak).__get_pydantic_core_schema__(source, handler)


def validate_props(props_value: Props | Mapping[str, object], schema: Schema) -> None:
    """Check the values of properties; those that `schema` does not name are not looked at.

    Nothing is converted, and `props_value` stays as it is: text is no number, but a whole number
    is a `float`, one such as `2.0` an `int`, and the value of a member stands for the member of
    an `Enum`. What is missing or null fails unless its type takes `None`.

    Args:
        props_value: what `context.props_value` is, in either form.
        schema: a pydantic model, or types by the names of properties.

    Raises:
        PropsValidationError: with a message for each value that is refused, by its path:
            `items.0.name`, or an empty one for what a model says of its values together.
        AuthorCodeError: if the schema names a property that there is none of, or is no schema.
        Exception: what a validator raises that is neither ValueError nor AssertionError.
    """
    _check_schema(schema, props_value)
    given = props_value.__values__ if isinstance(props_value, Props) else props_value
    if _is_model(schema):
        fields = _fields(schema)
        values = {
            name: given.get(name)
            for name, field in fields.items()
            if name in given or field.is_required()
        }
        problems = _problems(schema, values)
    else:
        problems = dict[str, str]()
        for name, expected in schema.items():
            problems |= _problems(expected, given.get(name), name)
    if problems:
        raise PropsValidationError(problems, hint="correct the values in the step's settings")


def _check_schema(schema: object, props_value: object) -> None:
    if _is_model(schema):
        named: Iterable[object] = _fields(schema)
    elif isinstance(schema, Mapping):
        named = cast("Mapping[object, object]", schema)
    else:
        raise AuthorCodeError(
            f"the schema is {schema!r}, neither a pydantic model nor a dict of types"
        )
    if not isinstance(props_value, Props):
        return
    known = props_value.__properties__
    for name in named:
        if name not in known:
            raise AuthorCodeError(
                f"the schema names `{name}`, which is none of the properties",
                hint=f"the properties are: {', '.join(known) or 'none'}",
            )


def _problems(expected: object, given: object, path: str = "") -> dict[str, str]:
    """Return a message for each path in `given` that `expected` refuses.

    Raises:
        AuthorCodeError: if `expected` is no type that pydantic knows.
    """
    from pydantic import PydanticUndefinedAnnotation, PydanticUserError, ValidationError

    value = _with_members(expected, _plain(given))
    try:
        _adapter(expected).validate_python(value, strict=True)
    except ValidationError as error:
        errors = _errors(error)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise AuthorCodeError(
            f"what the schema says of `{path or expected}` is no type: {type(error).__name__}",
            hint="give a type that pydantic knows, such as `Annotated[float, Field(ge=0)]`",
        ) from error
    else:
        return {}
    start = [path] if path else []
    return {".".join([*start, *_steps(each, value)]): _text(each) for each in errors}


def _adapter(expected: object) -> TypeAdapter[Any]:
    try:
        return _kept_adapter(expected)
    except TypeError:  # an annotation that has no hash, such as a dict in `Annotated`
        return _kept_adapter.__wrapped__(expected)


@lru_cache(maxsize=256)
def _kept_adapter(expected: object) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter[Any](cast("Any", expected))  # whatever an author takes for a type


def _errors(error: ValidationError) -> list[_Problem]:
    return cast("list[_Problem]", error.errors(include_url=False))  # pydantic-core's own class


def _text(error: _Problem) -> str:
    if isinstance(said := error.get("ctx", {}).get("error"), Exception):
        return str(said) or error["msg"]  # the author's own text, without the words before it
    if error["input"] is None or error["type"] == "missing":
        return _REQUIRED
    return _UNKNOWN_TAG if error["type"] == "union_tag_invalid" else error["msg"]


def _steps(error: _Problem, value: object) -> Iterator[str]:
    """Walk down `value`: pydantic also names the branches of unions and the keys of dicts."""
    last = error["loc"][-1] if error["loc"] else ""
    for step in error["loc"]:
        if isinstance(value, dict) and step in value:
            value = cast("dict[object, object]", value)[step]
        elif isinstance(value, list) and isinstance(step, int):
            value = cast("list[object]", value)[step]
        elif error["type"] != "missing" or step != last:
            continue
        yield str(step)


def _plain(value: object) -> object:
    """Return what pydantic takes for the same JSON: dicts, lists, and `2` for `2.0`."""
    if isinstance(value, Props):
        value = value.__values__
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {name: _plain(item) for name, item in items}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_members(expected: object, value: object) -> object:
    """Put the member of an `Enum` where its value stands; strict pydantic takes nothing else."""
    arguments: tuple[object, ...] = get_args(expected)
    origin = get_origin(expected)
    if origin is Annotated:
        return _with_members(arguments[0], value)
    if origin in {Union, UnionType}:
        return reduce(lambda made, each: _with_members(each, made), arguments, value)
    if _is_enum(expected):
        return next((member for member in expected if _is_same(member.value, value)), value)
    match value:
        case dict():
            return _with_members_inside(expected, cast("dict[object, object]", value))
        case list() if arguments:
            return [_with_members(arguments[0], item) for item in cast("list[object]", value)]
        case _:
            return value


def _with_members_inside(expected: object, value: dict[object, object]) -> dict[object, object]:
    if _is_model(expected):
        types = {name: field.rebuild_annotation() for name, field in _fields(expected).items()}
        return {name: _with_members(types.get(str(name)), item) for name, item in value.items()}
    each = get_args(expected)[1] if len(get_args(expected)) == 2 else None
    return {name: _with_members(each, item) for name, item in value.items()}


def _is_enum(expected: object) -> TypeIs[type[Enum]]:
    return isinstance(expected, type) and issubclass(expected, Enum)


def _is_same(member: object, value: object) -> bool:
    return member == value and isinstance(member, bool) is isinstance(value, bool)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the names that values have: the alias, where there is one."""
    return {
        field.validation_alias if isinstance(field.validation_alias, str) else name: field
        for name, field in model.model_fields.items()
    }


def _is_model(schema: object) -> TypeIs[type[BaseModel]]:
    from pydantic import BaseModel

    return isinstance(schema, type) and issubclass(schema, BaseModel)
