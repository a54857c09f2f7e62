"""Whether a value fits a type, by pydantic's strict rules for JSON: nothing is converted to fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypeAlias, TypedDict, cast

from pieces_framework.errors import AuthorCodeError
from pieces_framework.property import Props

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_Loc: TypeAlias = "tuple[int | str, ...]"


class _Problem(TypedDict):
    """What pydantic says of one value; `loc` names branches of unions besides keys and indexes."""

    type: str
    loc: _Loc
    msg: str
    input: object
    ctx: NotRequired[dict[str, object]]


_REQUIRED: Final = "is required"
_INSTEAD: Final = {
    "value_error": "does not fit",
    "assertion_error": "does not fit",
    "union_tag_invalid": "Input should name one of the expected kinds",
}
"""Instead of the words of pydantic, which say nothing or repeat what was given."""
_TOO_DEEP: Final = "is nested too deeply"
_MARK: Final = "\0message: "
"""Begins the name of a branch that stands for a message."""
_MAX_FLOAT_BITS: Final = 1024


def problems_of(expected: object, given: object, path: str = "") -> dict[str, str]:
    """Return a message for each path in `given` that `expected` refuses.

    A value that is no JSON, such as a file, must be of the type itself, and all beside it too.

    Raises:
        AuthorCodeError: if `expected` is no type that pydantic knows.
    """
    from pydantic import PydanticUndefinedAnnotation, PydanticUserError
    from pydantic_core import SchemaError

    try:
        value = _plain(given)
        text = _json(value)
    except RecursionError:
        return dict.fromkeys(_too_deep(given) if not path else [path], _TOO_DEEP)
    try:
        adapter = _adapter(expected)
    # ImportError: some types of pydantic need a package more.
    except (PydanticUserError, PydanticUndefinedAnnotation, SchemaError, ImportError) as error:
        raise _no_type(path or expected, error) from error
    try:
        problems = _problems(adapter, value, text)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:  # a name not defined yet
        raise _no_type(path or expected, error) from error
    start = [path] if path else []
    told = ((each, *_told(each)) for each in problems)
    return {".".join([*start, *_path(each, loc, value)]): text for each, loc, text in told}


def mark(text: str) -> str:
    """Return the name of a branch: its problems are told as `text`."""
    return f"{_MARK}{text}"


def _no_type(expected: object, error: Exception) -> AuthorCodeError:
    words = " ".join(" ".join(str(error).splitlines()[:2]).split())
    return AuthorCodeError(
        f"what the schema says of `{expected}` is no type: {words}",
        hint="give a type that pydantic knows, such as `Annotated[float, Field(ge=0)]`",
    )


def _adapter(expected: object) -> TypeAdapter[Any]:
    try:
        return _kept_adapter(expected)
    except TypeError:  # an annotation that has no hash, such as a dict in `Annotated`
        return _new_adapter(expected)


def _new_adapter(expected: object) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter[Any](cast("Any", expected))  # whatever an author takes for a type


_kept_adapter: Final = lru_cache(maxsize=256)(_new_adapter)


def _too_deep(given: object) -> list[str]:
    """Return the keys of what is nested too deeply in a model's values; an empty one for all."""
    values = cast("Mapping[object, object]", given if isinstance(given, Mapping) else {})
    return [str(name) for name, item in values.items() if _is_too_deep(item)] or [""]


def _is_too_deep(value: object) -> bool:
    try:
        _json(_plain(value))
    except RecursionError:
        return True
    return False


def _problems(adapter: TypeAdapter[Any], value: object, text: bytes | None) -> list[_Problem]:
    """Check in JSON mode, where a type takes what JSON has for it: text for a date or a member."""
    if text is not None:
        problems = _refused(lambda: adapter.validate_json(text, strict=True))
        # Nested more deeply than the parser of pydantic goes.
        if not any(each["type"] == "json_invalid" for each in problems):
            return problems
    return _refused(lambda: adapter.validate_python(value, strict=True))


def _refused(check: Callable[[], object]) -> list[_Problem]:
    from pydantic import ValidationError

    try:
        check()
    except ValidationError as error:
        return cast("list[_Problem]", error.errors(include_url=False))  # a class of pydantic-core
    return []


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


def _json(value: object) -> bytes | None:
    """Return a plain value as JSON; `None` if it is none, or none that pydantic can read."""
    if not _is_json(value):
        return None
    try:
        return json.dumps(value, ensure_ascii=False, default=_moment).encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def _is_json(value: object) -> bool:
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return all(isinstance(name, str) and _is_json(item) for name, item in items)
    if isinstance(value, list):
        return all(map(_is_json, cast("list[object]", value)))
    if isinstance(value, int):
        return value.bit_length() < _MAX_FLOAT_BITS  # beyond, JSON mode takes it for infinite
    return value is None or isinstance(value, str | float | date | time)


def _moment(value: date | time) -> str:
    return value.isoformat()


def _told(problem: _Problem) -> tuple[_Loc, str]:
    """Return where to tell `problem`, and in whose words: the rule's, the message's or pydantic's.

    A message is told for the whole of what it stands at.
    """
    loc = problem["loc"]
    marks = [at for at, step in enumerate(loc) if _is_mark(step)]
    plain = tuple(step for step in loc if not _is_mark(step))
    said = problem.get("ctx", {}).get("error")
    if isinstance(said, Exception) and str(said):
        return plain, str(said)  # without the words that pydantic puts before it
    if marks:
        end = marks[-1]
        return plain[: end - len(marks) + 1], str(loc[end]).removeprefix(_MARK)
    if problem["input"] is None or problem["type"] == "missing":
        return plain, _REQUIRED
    return plain, _INSTEAD.get(problem["type"], problem["msg"])


def _is_mark(step: int | str) -> bool:
    return isinstance(step, str) and step.startswith(_MARK)


def _path(problem: _Problem, loc: _Loc, value: object) -> list[str]:
    """Return the steps of `loc` that are in `value`; others name a branch of a union.

    A key may have the name of a branch: then the way is right that ends at what was refused.
    """
    is_missing = problem["type"] == "missing" and loc[-1:] == problem["loc"][-1:]
    missing = [str(loc[-1])] if is_missing else []
    steps = loc[:-1] if missing else loc
    ways = [_walk(steps, value)]
    ways += (_walk(steps[:at] + steps[at + 1 :], value) for at in range(len(steps)))
    right = next((path for path, end in ways if end == problem["input"]), ways[0][0])
    return [*right, *missing]


def _walk(steps: _Loc, value: object) -> tuple[list[str], object]:
    path: list[str] = []
    for step in steps:
        if below := _below(value, step):
            (value,) = below
            path.append(str(step))
    return path, value


def _below(value: object, step: int | str) -> tuple[object] | None:
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return (items[step],) if step in items else None
    if isinstance(value, list) and isinstance(step, int):
        rows = cast("list[object]", value)
        return (rows[step],) if step < len(rows) else None
    return None
