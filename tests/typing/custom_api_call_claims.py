"""The custom API call: claims that hold, and mistakes that mypy and pyright both catch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from pieces_common import AuthLocation, create_custom_api_call_action
from pieces_framework import (
    Action,
    BasicAuthValue,
    Classification,
    JsonValue,
    PieceAuth,
    Property,
    Props,
    create_piece,
)
from pieces_framework.auth import AuthField

Answer = Mapping[str, JsonValue]
Values = Mapping[str, Any]
key_auth = PieceAuth.SecretText(display_name="API Key")
pair_auth = PieceAuth.BasicAuth(
    display_name="", username=AuthField(display_name=""), password=AuthField(display_name="")
)


class JiraProps(Props):
    """What a connection to Jira holds."""

    instance_url = Property.ShortText(display_name="Instance URL", required=True)
    email = Property.ShortText(display_name="Email", required=True)
    api_token = Property.SecretText(display_name="API Token", required=True)


jira_auth = PieceAuth.CustomAuth(display_name="Jira", props=JiraProps)

from_lambdas = create_custom_api_call_action(
    auth=jira_auth,
    base_url=lambda auth: f"{auth.instance_url}/rest/api/3",
    auth_mapping=lambda auth, props: {"Authorization": auth.api_token, "X-User": props["user"]},
)
assert_type(from_lambdas, Action[JiraProps, Values, Answer])

with_one_argument = create_custom_api_call_action(
    auth=key_auth,
    base_url=lambda _: "https://api.example.com",
    auth_mapping=lambda auth: {"X-Key": auth.strip()},
)
assert_type(with_one_argument, Action[str, Values, Answer])


def base_url(auth: str) -> str:
    return f"https://{auth}.example.com"


async def bearer(auth: str, props_value: Values) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth}"}


async def bearer_alone(auth: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth}"}


with_all_options = create_custom_api_call_action(
    auth=key_auth,
    base_url=base_url,
    auth_mapping=bearer,
    name="call_admin_api",
    display_name="Call Admin API",
    description="Calls any endpoint of the admin API",
    props={"url": {"description": "A path"}, "queryParams": {"required": True}},
    extra_props={"asUser": Property.Checkbox(display_name="As User")},
    auth_location=AuthLocation.QUERY_PARAMS,
    classification=Classification.READ,
    allowed_hosts=["files.example.com"],
)
async_with_one_argument = create_custom_api_call_action(
    auth=key_auth, base_url=base_url, auth_mapping=bearer_alone
)

of_two_auths = create_custom_api_call_action(
    auth=(key_auth, pair_auth),
    base_url=lambda _: "https://api.example.com",
    auth_mapping=lambda auth, _props: {"X-Key": auth if isinstance(auth, str) else auth.password},
)
assert_type(of_two_auths, Action[str | BasicAuthValue, Values, Answer])

without_auth = create_custom_api_call_action(base_url=lambda _: "https://api.example.com")
assert_type(without_auth, Action[None, Values, Answer])

create_piece(
    display_name="",
    logo_url="",
    auth=key_auth,
    actions=[with_one_argument, with_all_options, async_with_one_argument, without_auth],
    triggers=[],
)

create_custom_api_call_action(auth=jira_auth, base_url=lambda auth: auth.instance_ulr)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownLambdaType, reportUnknownMemberType]
create_custom_api_call_action(auth=jira_auth, base_url=lambda _: 3)  # type: ignore[arg-type, return-value]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_custom_api_call_action(auth=pair_auth, base_url=base_url)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_custom_api_call_action(auth=jira_auth, base_url=lambda _: "", auth_mapping=bearer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_custom_api_call_action(base_url=lambda auth: auth.url)  # type: ignore[attr-defined]  # pyright: ignore[reportUnknownLambdaType, reportUnknownMemberType, reportAttributeAccessIssue]
create_custom_api_call_action(auth=key_auth)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
create_custom_api_call_action(auth=key_auth, base_url=base_url, nmae="a")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
create_custom_api_call_action(auth=key_auth, base_url=base_url, auth_location="headers")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_custom_api_call_action(auth=key_auth, base_url=base_url, props={"query": {}})  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
