"""The Gelato service, as its actions and triggers see it."""

from __future__ import annotations

from datetime import datetime

from pieces_common import BearerToken, HttpMethod, http_client, iso_text, join_url
from pieces_common.webhooks import HmacSignature
from pieces_framework import Property, Props
from pydantic import AwareDatetime, BaseModel, RootModel, field_serializer

GELATO_SIGNATURE = HmacSignature(header="X-Gelato-Signature", prefix="sha256=")
"""Of what the service reports to a webhook; the secret is the API key."""


class GelatoProps(Props):
    """What every action and trigger asks for."""

    api_url = Property.ShortText(
        display_name="API URL",
        description="Where the Gelato service runs",
        default_value="http://127.0.0.1:8970",
    )


class Flavor(BaseModel):
    """One flavor."""

    name: str
    created_at: AwareDatetime

    @field_serializer("created_at")
    def _in_the_form_of_the_service(self, created_at: datetime) -> str:
        return iso_text(created_at)


class _Flavors(RootModel[list[Flavor]]):
    """The answer of `GET /flavors`."""


class _Webhook(BaseModel):
    """The answer of `POST /webhooks`."""

    id: str


async def random_flavor(api_url: str, key: str) -> Flavor:
    """Fetch one flavor, chosen by the service."""
    response = await http_client.send_request(
        HttpMethod.GET,
        join_url(api_url, "flavors/random"),
        authentication=BearerToken(key),
        parse=Flavor,
    )
    return response.body


async def list_flavors(api_url: str, key: str) -> list[Flavor]:
    """Fetch every flavor, newest first."""
    response = await http_client.send_request(
        HttpMethod.GET,
        join_url(api_url, "flavors"),
        authentication=BearerToken(key),
        parse=_Flavors,
    )
    return response.body.root


async def register_webhook(api_url: str, key: str, webhook_url: str) -> str:
    """Ask the service to report each new flavor to `webhook_url`; return the webhook's id."""
    response = await http_client.send_request(
        HttpMethod.POST,
        join_url(api_url, "webhooks"),
        authentication=BearerToken(key),
        body={"url": webhook_url},
        parse=_Webhook,
    )
    return response.body.id


async def delete_webhook(api_url: str, key: str, webhook_id: str) -> None:
    """Stop the reports to a webhook.

    Raises:
        HttpError: with status 404 if the service does not know it.
    """
    await http_client.send_request(
        HttpMethod.DELETE,
        join_url(api_url, f"webhooks/{webhook_id}"),
        authentication=BearerToken(key),
    )
