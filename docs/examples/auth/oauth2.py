"""A calendar that the user signs in to."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    DropdownOption,
    OAuth2AuthorizationMethod,
    OAuth2GrantType,
    OAuth2Value,
    PieceAuth,
    Property,
    Props,
    create_action,
)


class CalendarConnection(Props):
    """What must be known before the user signs in."""

    region = Property.StaticDropdown(
        display_name="Region",
        required=True,
        options=[DropdownOption("Europe", "eu"), DropdownOption("America", "us")],
    )


CALENDAR = "https://{region}.calendar.example.com"

calendar_auth = PieceAuth.OAuth2(
    auth_url=f"{CALENDAR}/authorize",
    token_url=f"{CALENDAR}/token",
    scope=["events.read", "events.write"],
    props=CalendarConnection,
    grant_type=OAuth2GrantType.AUTHORIZATION_CODE,
    authorization_method=OAuth2AuthorizationMethod.HEADER,
    pkce=True,
    pkce_method="S256",
    extra={"audience": "calendar"},
)


@create_action(
    name="list_events",
    display_name="List Events",
    description="Says where the events of today are",
    auth=calendar_auth,
)
async def list_events(context: ActionContext[OAuth2Value[CalendarConnection]]) -> dict[str, str]:
    """Return address and kind of token; `context.auth.access_token` is the token itself."""
    host = f"{context.auth.props.region}.calendar.example.com"
    return {"url": f"https://{host}/events", "token": context.auth.token_type}
