"""How a careless program may write a secret down; independent of how we look for it."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus


def every_form(secret: str) -> list[str]:
    """Return `secret` as it may stand in URLs, JSON, Python and HTML, in either case."""
    quoted = json.dumps(secret)[1:-1]
    once = [
        secret,
        quoted,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(quoted)[1:-1],
        repr(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(quote(secret, safe=""), safe=""),
        html.escape(secret),
        secret.encode().decode("latin-1"),
        secret.encode().hex(),
    ]
    return [*once, *(form.upper() for form in once), *(form.lower() for form in once)]
