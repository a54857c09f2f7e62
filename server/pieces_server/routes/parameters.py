"""Parameters that several routes take."""

from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from pieces_framework.names import MAX_NAME_CHARACTERS
from pieces_framework.versions import VERSION_PATTERN
from pieces_server.web.form_reader import one_line

REASON_CHARACTERS: Final = 500
_VERSION: Final = f"^{VERSION_PATTERN}$"


def _read_flag(value: Any) -> Any:  # what a query has, or the default
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise PydanticCustomError("flag", "must be `true` or `false`")
    return value == "true"


def _pattern(pattern: str, example: str) -> WithJsonSchema:
    """Describe a text that the route itself reads: its errors say more than that it is odd."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Flag = Annotated[bool, BeforeValidator(_read_flag)]
"""`true` or `false`, and no other word for them."""
VersionText = Annotated[str, _pattern(_VERSION, "0.91.0")]
RangeText = Annotated[str, _pattern(f"^[~^]?{VERSION_PATTERN}$", "^0.1.0")]
OneLine = Annotated[str, AfterValidator(one_line)]
NameText = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARACTERS)]
"""A name in a document, in any spelling that the route takes."""
VersionField = Annotated[str, Field(pattern=_VERSION)]
"""A version in a document."""

PieceName = Annotated[
    str,
    Path(
        description="As flows or installers write it; `%2F` stands for its slash, if it has one.",
        examples=["piece-gelato"],
    ),
]
PieceScope = Annotated[
    str, Path(description="The first part of a name.", examples=["@activepieces"])
]
ExactVersion = Annotated[
    str, _pattern(_VERSION, "0.1.0"), Path(description="Exactly; also one that is yanked.")
]
Edition = Annotated[
    Literal["ce", "ee", "cloud"],
    Query(
        alias="edition", description="Taken and not looked at: each edition has the same pieces."
    ),
]
ProjectId = Annotated[
    str,
    Query(
        max_length=100,
        alias="projectId",
        description="Taken and not looked at: projects have the same pieces.",
    ),
]
Locale = Annotated[
    str,
    Query(max_length=100, description="Into which texts are translated, if the piece can."),
]
