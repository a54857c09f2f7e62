"""How services sign that many pieces are for."""

from __future__ import annotations

from typing import Final

from .signatures import HmacSignature

SLACK_SIGNATURE: Final = HmacSignature(
    header="X-Slack-Signature",
    prefix="v0=",
    signed="v0:{timestamp}:{body}",
    timestamp_header="X-Slack-Request-Timestamp",
)
"""Of Slack's events and commands; the secret is the app's signing secret."""

GITHUB_SIGNATURE: Final = HmacSignature(header="X-Hub-Signature-256", prefix="sha256=")
"""Of GitHub's webhooks; the secret is the one given when the webhook was made.

Meta's products sign in the same way, with the app secret.
"""

STRIPE_SIGNATURE: Final = HmacSignature(
    header="Stripe-Signature",
    prefix="v1=",
    separator=",",
    signed="{timestamp}.{body}",
    timestamp_header="Stripe-Signature",
    timestamp_prefix="t=",
)
"""Of Stripe's webhooks; the secret is the endpoint's signing secret, which begins with `whsec_`."""
