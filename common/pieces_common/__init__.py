"""What a piece calls inside its functions: HTTP and polling."""

from __future__ import annotations

from . import polling_helper
from .http import DEFAULT_TIMEOUT_S, HttpClient, http_client
from .http_errors import HttpError, RetryableHttpError
from .http_message import BasicAuth, BearerToken, HttpMethod, HttpResponse
from .polling import DedupeStrategy, IdentifiedItem, Polling, PollingContext, TimedItem
from .polling_trigger import create_polling_trigger

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
    "Polling",
    "PollingContext",
    "RetryableHttpError",
    "TimedItem",
    "create_polling_trigger",
    "http_client",
    "polling_helper",
]
