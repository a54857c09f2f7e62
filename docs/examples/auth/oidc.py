"""A cloud that trusts the instance, so that no secret is stored."""

from __future__ import annotations

from pieces_framework import ActionContext, PieceAuth, Property, Props, create_action


class CloudRole(Props):
    """Which role of which account the instance takes on."""

    account = Property.ShortText(display_name="Account", required=True, pattern="^[0-9]{6}$")
    role = Property.ShortText(display_name="Role", default_value="reader")


cloud_auth = PieceAuth.OIDC(
    display_name="Cloud", description="Add the instance as an identity provider", props=CloudRole
)


@create_action(
    name="name_role",
    display_name="Name Role",
    description="Says which role is taken on",
    auth=cloud_auth,
)
async def name_role(context: ActionContext[CloudRole]) -> str:
    """Return the role as the cloud writes it."""
    return f"{context.auth.account}:role/{context.auth.role}"
