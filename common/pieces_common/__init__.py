"""What a piece calls inside its functions: HTTP, polling, validation, webhooks, files and dates."""

from __future__ import annotations

from .access_token import get_access_token_or_throw
from .browsers import is_chromium_installed
from .dates import epoch_ms, iso_text, parse_date
from .http.client import DEFAULT_TIMEOUT_S, HttpClient, http_client
from .http.errors import HttpError, RetryableHttpError
from .http.message import BasicAuth, BearerToken, HttpMethod, HttpResponse
from .mime_types import extension_of, file_name_of, mime_type_of
from .polling import helper as polling_helper
from .polling.declaration import DedupeStrategy, IdentifiedItem, Polling, PollingContext, TimedItem
from .polling.trigger import create_polling_trigger
from .validation import Message, PropsValidationError, validate_props

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "BasicAuth",
    "BearerToken",
    "DedupeStrategy",
    "HttpClient",
    "HttpError",
    "HttpMethod",
    "HttpResponse",
    "IdentifiedItem",
    "Message",
    "Polling",
    "PollingContext",
    "PropsValidationError",
    "RetryableHttpError",
    "TimedItem",
    "create_polling_trigger",
    "epoch_ms",
    "extension_of",
    "file_name_of",
    "get_access_token_or_throw",
    "http_client",
    "is_chromium_installed",
    "iso_text",
    "mime_type_of",
    "parse_date",
    "polling_helper",
    "validate_props",
]
