"""A piece `parlour` whose form loads what it offers, and which asks a service over HTTP."""

from __future__ import annotations

from typing import Final

FORM_PIECE: Final = """
from pieces_common import BearerToken, HttpMethod, http_client
from pieces_framework import (
    AuthValidation,
    DropdownOption,
    DropdownState,
    PieceAuth,
    Property,
    Props,
    create_action,
    create_piece,
)


async def validate(context):
    if context.auth.startswith("http"):
        await http_client.send_request(HttpMethod.GET, context.auth)
    return AuthValidation(valid=context.auth != "bad-key", error=f"nobody has {context.auth}")


auth = PieceAuth.SecretText(display_name="API Key", validate=validate)


async def toppings(context):
    if context.auth is None:
        return DropdownState(disabled=True, placeholder="Connect first")
    label = f"{context.props_value.get('level')!r} {context.search_value}"
    return DropdownState(options=[DropdownOption(label, 1)])


def extras(context):
    return {"size": Property.Number(display_name="Size")}


class ConeProps(Props):
    level = Property.Json(display_name="Level")
    photo = Property.File(display_name="Photo")
    note = Property.LongText(display_name="Note")
    topping = Property.Dropdown(display_name="Topping", refreshers=["level"], options=toppings)
    extras = Property.DynamicProperties(display_name="Extras", refreshers=[], props=extras)


@create_action(name="cone", display_name="Cone", description="", auth=auth, props=ConeProps)
async def cone(context):
    props = context.props_value
    photo = props.photo and [props.photo.filename, props.photo.data.decode()]
    return {"level": props.level, "photo": photo, "note": props.note}


class AskProps(Props):
    url = Property.ShortText(display_name="URL", required=True)


@create_action(name="ask", display_name="Ask", description="", auth=auth, props=AskProps)
async def ask(context):
    response = await http_client.send_request(
        HttpMethod.GET,
        context.props_value.url,
        authentication=BearerToken(context.auth),
        retries=0,
    )
    return response.body


parlour = create_piece(
    display_name="Parlour", logo_url="", auth=auth, actions=[cone, ask], triggers=[]
)
"""
