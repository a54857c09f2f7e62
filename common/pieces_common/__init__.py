"""What a piece calls inside its functions: HTTP, polling, validation, files and dates.

Signatures of webhooks are in `pieces_common.webhooks`, what tests need in `pieces_common.testing`.
"""

from __future__ import annotations

from .access_token import get_access_token_or_throw
from .browsers import is_chromium_installed
from .custom_api_call.action import create_custom_api_call_action
from .custom_api_call.call import AuthLocation
from .dates import epoch_ms, iso_text, parse_date
from .http.authentication import (
    ApiKeyHeader,
    ApiKeyQuery,
    Authentication,
    BasicAuth,
    BearerToken,
)
from .http.body import Body
from .http.client import http_client
from .http.errors import HttpError, RetryableHttpError
from .http.message import HttpHeader, HttpMethod, HttpResponse, MediaType, ResponseType
from .http.multipart import FilePart, MultipartBody
from .http.options import DEFAULT_MAX_RESPONSE_BYTES, DEFAULT_TIMEOUT_S, RequestOptions
from .http.pagination import paginate_cursor, paginate_links
from .http.pagination_numbers import paginate_offset, paginate_pages
from .http.query import QueryParams, QueryValue
from .http.rate_limit import RateLimit
from .http.stream import StreamedResponse
from .mime_types import extension_of, file_name_of, mime_type_of
from .polling import hooks as polling_helper
from .polling.declaration import (
    DEFAULT_OVERLAP_S,
    DedupeStrategy,
    IdentifiedItem,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
)
from .polling.trigger import create_polling_trigger
from .urls import join_url
from .validation import PropsValidationError, UserMessage, validate_props

__all__ = [
    "DEFAULT_MAX_RESPONSE_BYTES",
    "DEFAULT_OVERLAP_S",
    "DEFAULT_TIMEOUT_S",
    "ApiKeyHeader",
    "ApiKeyQuery",
    "AuthLocation",
    "Authentication",
    "BasicAuth",
    "BearerToken",
    "Body",
    "DedupeStrategy",
    "FilePart",
    "HttpError",
    "HttpHeader",
    "HttpMethod",
    "HttpResponse",
    "IdentifiedItem",
    "LedgerItem",
    "MediaType",
    "MultipartBody",
    "Polling",
    "PollingContext",
    "PropsValidationError",
    "QueryParams",
    "QueryValue",
    "RateLimit",
    "RequestOptions",
    "ResponseType",
    "RetryableHttpError",
    "StreamedResponse",
    "TimedItem",
    "UserMessage",
    "create_custom_api_call_action",
    "create_polling_trigger",
    "epoch_ms",
    "extension_of",
    "file_name_of",
    "get_access_token_or_throw",
    "http_client",
    "is_chromium_installed",
    "iso_text",
    "join_url",
    "mime_type_of",
    "paginate_cursor",
    "paginate_links",
    "paginate_offset",
    "paginate_pages",
    "parse_date",
    "polling_helper",
    "validate_props",
]
