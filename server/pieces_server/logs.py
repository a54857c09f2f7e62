"""The log: a JSON object a line on stderr, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from .settings import LogLevel

current_request_id: Final[ContextVar[str]] = ContextVar("current_request_id")
"""The id of the request that is being answered; each has a context of its own."""
_KEY: Final = re.compile(r"sk-[0-9A-Za-z]{20,}")
_FIELDS: Final = ("asctime", "levelname", "name", "message")
_NAMES: Final = {
    "asctime": "time",
    "levelname": "level",
    "name": "logger",
    "exc_info": "exception",
    "stack_info": "stack",
}


def configure_logs(level: LogLevel) -> None:
    """Send what is logged to stderr from now on.

    Args:
        level: for our own lines. Libraries are heard from `WARNING` on only: below, some of them
            quote what they are given.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_add_request_id)
    handler.setFormatter(
        _JsonLines(
            _FIELDS,
            rename_fields=_NAMES,
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(__package__).setLevel(level.value)
    logging.getLogger("python_multipart").setLevel(
        logging.ERROR
    )  # it warns of what is answered 400


class _JsonLines(JsonFormatter):
    # logging's own signature and name
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        """Return the time of a line in UTC, to the millisecond."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Nothing logs a key; one that a client puts in a path is blotted out."""
        return _KEY.sub("sk-***", super().format(record))


def _add_request_id(record: logging.LogRecord) -> bool:
    request_id = current_request_id.get("")
    if request_id and not hasattr(record, "request_id"):
        record.request_id = request_id
    return True
