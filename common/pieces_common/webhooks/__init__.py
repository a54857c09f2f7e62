"""Knowing who sent a request, and answering those that only ask whether we are there."""

from __future__ import annotations

from .challenges import echo_header, echo_query, meta_challenge, slack_challenge
from .known import GITHUB_SIGNATURE, SLACK_SIGNATURE, STRIPE_SIGNATURE
from .secret import same_secret
from .signatures import HmacSignature, WebhookSignatureError

__all__ = [
    "GITHUB_SIGNATURE",
    "SLACK_SIGNATURE",
    "STRIPE_SIGNATURE",
    "HmacSignature",
    "WebhookSignatureError",
    "echo_header",
    "echo_query",
    "meta_challenge",
    "same_secret",
    "slack_challenge",
]
