"""Checking the values of properties inside a run, where a property's own rules do not reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from typing_extensions import TypeIs, override

from pieces_framework.errors import AuthorCodeError, PropsError
from pieces_framework.property import Props
from pieces_framework.wire import JsonValue

from .strict_values import mark, problems_of

if TYPE_CHECKING:
    from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
    from pydantic.fields import FieldInfo

Schema: TypeAlias = "type[BaseModel] | Mapping[str, object]"
"""A pydantic model, or by the name of a property the type it must have, often `Annotated`."""


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


class UserMessage:
    """In an `Annotated` type: what the user is told when a rule to its left is broken.

    It speaks for every rule to its left, and for the type, where no other message inside does and
    no validator has words of its own:

    >>> from typing import Annotated
    >>> from pydantic import Field
    >>> Level = Annotated[
    ...     float, Field(ge=0), UserMessage("Too bitter."), Field(le=10), UserMessage("Too sweet.")
    ... ]
    >>> try:
    ...     validate_props({"level": 11}, {"level": Level})
    ... except PropsValidationError as error:
    ...     print(error)
    `level`: Too sweet.

    Raises:
        AuthorCodeError: if `text` says nothing.
    """

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise AuthorCodeError("a `UserMessage` is empty", hint="say what the user shall change")
        self.text: Final = text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Put the type into a branch that bears the message; pydantic's schemas are not public."""
        from pydantic_core.core_schema import union_schema

        # A union of one, because pydantic names the branch in each problem that it finds there.
        return union_schema([(handler(source), mark(self.text))], auto_collapse=False)


def validate_props(props_value: Props | Mapping[str, object], schema: Schema) -> None:
    """Check the values of properties; those that `schema` does not name are not looked at.

    Nothing is converted, and `props_value` stays as it is: text is no number, but a whole number
    is a `float`, one such as `2.0` an `int`, and what JSON has for a type stands for it: text for
    a date, the value of a member for an `Enum`. What is missing or null fails unless its type
    takes `None`.

    Args:
        props_value: what `context.props_value` is, in either form.
        schema: a pydantic model, or types by the names of properties.

    Raises:
        PropsValidationError: with a message for each value that is refused, by its path:
            `items.0.name`, or an empty one for what a model says of its values together.
        AuthorCodeError: if the schema names a property that there is none of, or is no schema.
        Exception: what a validator raises that is neither ValueError nor AssertionError.
    """
    _check_schema(schema)
    given = _given(props_value)
    known = props_value.__properties__ if isinstance(props_value, Props) else None
    if _is_model(schema):
        problems = _problems_of_model(schema, given, known)
    else:
        problems = dict[str, str]()
        for name, expected in schema.items():
            _check_name([name], known)
            problems |= problems_of(expected, given.get(name), name)
    if problems:
        raise PropsValidationError(problems, hint="correct the values in the step's settings")


def _check_schema(schema: object) -> None:
    if not (_is_model(schema) or isinstance(schema, Mapping)):
        raise AuthorCodeError(
            f"the schema is {schema!r}, neither a pydantic model nor a dict of types"
        )


def _given(props_value: object) -> Mapping[str, object]:
    values = props_value.__values__ if isinstance(props_value, Props) else props_value
    if isinstance(values, Mapping):
        return cast("Mapping[str, object]", values)
    raise AuthorCodeError(
        f"the values are of the type `{type(props_value).__name__}`, neither `Props` nor a dict",
        hint="pass `context.props_value`",
    )


def _check_name(names: Sequence[str], known: Collection[str] | None) -> None:
    if known is not None and not any(name in known for name in names):
        raise AuthorCodeError(
            f"the schema names `{names[0]}`, which is none of the properties",
            hint=f"the properties are: {', '.join(known) or 'none'}",
        )


def _problems_of_model(
    model: type[BaseModel], given: Mapping[str, object], known: Collection[str] | None
) -> dict[str, str]:
    if model.__pydantic_root_model__:
        return problems_of(model, given)
    values = dict[str, object]()
    for name, field in model.model_fields.items():
        names = _names(name, field, model.model_config)
        _check_name(names, known)
        found = {each: given[each] for each in names if each in given}
        # Null, where nothing is: a type that takes the one takes the other.
        values |= found or ({names[0]: None} if field.is_required() else {})
    return problems_of(model, values)


def _names(name: str, field: FieldInfo, config: ConfigDict) -> list[str]:
    """Return the names that values of a field may have; of a path into an object its beginning."""
    from pydantic import AliasChoices, AliasPath

    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    names = [str(each.path[0] if isinstance(each, AliasPath) else each) for each in choices if each]
    if not config.get("validate_by_alias", True):
        names = []
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    return [*names, name] if by_name or not names else names


def _is_model(schema: object) -> TypeIs[type[BaseModel]]:
    from pydantic import BaseModel

    return isinstance(schema, type) and issubclass(schema, BaseModel)
