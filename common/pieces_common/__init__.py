"""What a piece calls inside its functions: HTTP and polling."""

from __future__ import annotations

from .http.client import DEFAULT_TIMEOUT_S, HttpClient, http_client
from .http.errors import HttpError, RetryableHttpError
from .http.message import BasicAuth, BearerToken, HttpMethod, HttpResponse
from .polling import helper as polling_helper
from .polling.declaration import DedupeStrategy, IdentifiedItem, Polling, PollingContext, TimedItem
from .polling.trigger import create_polling_trigger

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
