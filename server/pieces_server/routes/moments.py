"""Times in requests."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from pieces_server.times import read_time


def _moment(value: object) -> datetime:
    return read_time(value if isinstance(value, str) else repr(value))


Moment: TypeAlias = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""An ISO 8601 time with its offset. A number is none, though pydantic would take it."""
