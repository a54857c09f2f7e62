"""What httpx and httpcore log of a request, without what may be secret in it."""

from __future__ import annotations

import functools
import logging

from .message import shown_url


@functools.cache
def keep_secrets_out(url_type: type[object]) -> None:
    """Let httpx log each request without its query, where many services want the API key.

    httpcore logs its steps without the headers of the answer, such as `Set-Cookie`.

    Args:
        url_type: what a URL is to httpx.
    """
    logging.getLogger("httpx").addFilter(functools.partial(_shorten_urls, url_type))
    logging.getLogger("httpcore.http11").addFilter(_drop_details)


def _shorten_urls(url_type: type[object], record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            shown_url(str(value)) if isinstance(value, url_type) else value for value in record.args
        )
    return True


def _drop_details(record: logging.LogRecord) -> bool:
    record.msg = str(record.msg).partition(" ")[0]
    return True
