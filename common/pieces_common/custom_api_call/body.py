"""The body of the request: what the form asks for each type, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pieces_common.http.message import HttpMethod
from pieces_common.http.multipart import MultipartBody
from pieces_framework import DropdownOption, FatalError, Property, PropertyBase, PropsError
from pieces_framework.property import parse_values

if TYPE_CHECKING:
    from pieces_common.http.body import Body
    from pieces_common.http.multipart import FieldValue

NO_BODY: Final = "none"
BODY_TYPES: Final = {NO_BODY: "None", "json": "JSON", "form_data": "Form Data", "raw": "Raw"}
"""The values that steps store, with what the user reads."""
WITHOUT_BODY: Final = frozenset({HttpMethod.GET.value, HttpMethod.HEAD.value})
"""The methods whose requests have no body."""

_TEXT: Final = "text"
_ROW: Final[Mapping[str, PropertyBase[Any]]] = {
    "fieldName": Property.ShortText(display_name="Field Name", required=True),
    "fieldType": Property.StaticDropdown(
        display_name="Field Type",
        required=True,
        options=[DropdownOption("Text", _TEXT), DropdownOption("File", "file")],
        default_value=_TEXT,
    ),
    "textFieldValue": Property.LongText(display_name="Text"),
    "fileFieldValue": Property.File(display_name="File"),
}
_FORM_DATA: Final = Property.Array(display_name="Form Data", required=True, properties=_ROW)


def children_of(body_type: object) -> Mapping[str, PropertyBase[Any]]:
    """Return what the form asks for a body of the type; nothing for a type it does not know."""
    match body_type:
        case "json":
            return {"data": Property.Json(display_name="JSON Body", required=True)}
        case "form_data":
            return {"data": _FORM_DATA}
        case "raw":
            return {"data": Property.LongText(display_name="Raw Body", required=True)}
        case _:
            return {}


def body_of(body_type: object, body: Body) -> Body:
    """Return what to send, by the values of the two properties.

    A step from before there were body types has none, and its body is sent as it is.

    Raises:
        FatalError: if the type is none that the form offers.
        PropsError: if there is no `body.data`, or the rows of a form are not as it asks for them.
    """
    if body_type is None:
        return body
    if not isinstance(body_type, str) or body_type not in BODY_TYPES:
        raise FatalError(
            f"the custom API call has the body type {body_type!r}",
            hint=f"choose one of {', '.join(BODY_TYPES)}",
        )
    if body_type == NO_BODY:
        return None
    values: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    if values.get("data") is None:
        raise PropsError(
            {"body": {"data": "is required"}},
            hint=f"for the body type `{body_type}` the body is an object that holds it as `data`",
        )
    return MultipartBody(list(_fields(values))) if body_type == "form_data" else values["data"]


def _fields(values: Mapping[str, Any]) -> Iterator[tuple[str, FieldValue]]:
    # Read here too: not every host knows which children a step was filled in with.
    try:
        rows: Any = parse_values({"data": _FORM_DATA}, values)["data"]
    except PropsError as error:
        raise PropsError({"body": error.problems}) from None
    for row in rows:
        value = row["textFieldValue" if row["fieldType"] == _TEXT else "fileFieldValue"]
        if value is not None:
            yield row["fieldName"], value
