"""A piece that declares one of everything: each property, auth, strategy and option there is."""

from __future__ import annotations

from typing import Any

from pieces_framework import JsonValue, Props, TriggerStrategy, create_action, create_piece
from pieces_framework.auth import (
    AuthField,
    OAuth2AuthorizationMethod,
    OAuth2GrantType,
    PieceAuth,
)
from pieces_framework.create_trigger import create_trigger
from pieces_framework.events import AppEvents, ParseContext, ParsedEvent, VerifyContext
from pieces_framework.output_schema import OutputField, OutputSchema
from pieces_framework.pausing import WebhookResponse
from pieces_framework.presentation import (
    AiMetadata,
    Audience,
    Classification,
    ErrorHandlingOption,
    ErrorHandlingOptions,
    PieceCategory,
    PropertyGroup,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
)
from pieces_framework.property import (
    DropdownOption,
    DropdownState,
    MarkdownVariant,
    Property,
    PropertyBase,
)

SIZES = DropdownState(
    options=(DropdownOption("Small", 1), DropdownOption("Large", {"scoops": 3})),
    placeholder="How much?",
)


async def load_sizes(_context: Any) -> DropdownState[Any]:
    return SIZES


async def load_children(_context: Any) -> dict[str, PropertyBase[Any]]:
    return {"note": Property.ShortText(display_name="Note")}


class Scoop(Props):
    flavor = Property.ShortText(display_name="Flavor", required=True)
    grams = Property.Number(display_name="Grams")


class Everything(Props):
    intro = Property.MarkDown(value="Send to {{ webhookUrl }}", variant=MarkdownVariant.TIP)
    short = Property.ShortText(
        display_name="Short",
        description="A word",
        required=True,
        min_length=1,
        max_length=9,
        pattern="^[a-z]",
        advanced=True,
        placeholder="word",
        width="half",
        icon="pen",
    )
    long = Property.LongText(display_name="Long", default_value="Dear all")
    rich = Property.RichText(display_name="Rich", format_property="short")
    secret = Property.SecretText(display_name="Secret")
    number = Property.Number(display_name="Number", ge=0, le=10, multiple_of=0.5, default_value=2)
    above = Property.Number(display_name="Above", gt=0, lt=1)
    checkbox = Property.Checkbox(display_name="Checkbox", default_value=False)
    moment = Property.DateTime(display_name="Moment", required=True)
    span = Property.DateRange(display_name="Span")
    choice = Property.StaticDropdown(display_name="Choice", options=SIZES, default_value=1)
    choices = Property.StaticMultiSelectDropdown(display_name="Choices", options=SIZES)
    loaded = Property.Dropdown(
        display_name="Loaded",
        options=load_sizes,
        refreshers=["auth", "choice"],
        refresh_on_search=True,
    )
    loaded_many = Property.MultiSelectDropdown(
        display_name="Loaded Many", options=load_sizes, refreshers=[]
    )
    dynamic = Property.DynamicProperties(
        display_name="Dynamic", props=load_children, refreshers=["loaded"]
    )
    json = Property.Json(display_name="JSON", default_value={"a": [1, None]})
    object = Property.Object(display_name="Object")
    file = Property.File(display_name="File")
    stream = Property.File(display_name="Stream", streaming=True)
    texts = Property.Array(display_name="Texts", default_value=["a"])
    rows = Property.Array(display_name="Rows", properties=Scoop, required=True)
    tints = Property.Array(
        display_name="Tints", properties={"tint": Property.Color(display_name="Tint")}
    )
    color = Property.Color(display_name="Color", default_value="#FFC0CB")
    custom = Property.Custom(display_name="Custom", code="(context) => {}")


class Account(Props):
    region = Property.StaticDropdown(
        display_name="Region", options=[DropdownOption("EU", "eu")], required=True
    )
    name = Property.ShortText(display_name="Name", required=True)
    key = Property.SecretText(display_name="Key", required=True)


class Shop(Props):
    shop = Property.ShortText(display_name="Shop", required=True)


AUTHS = (
    PieceAuth.SecretText(display_name="API Key", description="From the *settings*"),
    PieceAuth.BasicAuth(
        display_name="Login",
        username=AuthField(display_name="User", description="Not the address"),
        password=AuthField(display_name="Password"),
    ),
    PieceAuth.CustomAuth(display_name="Account", props=Account),
    PieceAuth.OAuth2(
        auth_url="https://{shop}.example.com/authorize",
        token_url="https://{shop}.example.com/token",
        scope=["read", "write"],
        props=Shop,
        grant_type=OAuth2GrantType.AUTHORIZATION_CODE,
        prompt="login",
        pkce=True,
        pkce_method="S256",
        authorization_method=OAuth2AuthorizationMethod.HEADER,
        extra={"access_type": "online"},
    ),
    PieceAuth.OIDC(display_name="Trust", props=Account),
)


@create_action(
    name="do_it",
    display_name="Do It",
    description="Does everything",
    auth=AUTHS,
    props=Everything,
    require_auth=False,
    error_handling_options=ErrorHandlingOptions(
        continue_on_failure=ErrorHandlingOption(default_value=True),
        retry_on_failure=ErrorHandlingOption(hide=True),
    ),
    audience=Audience.BOTH,
    ai_metadata=AiMetadata(description="Use it twice", idempotent=True),
    classification=Classification.WRITE,
    output_schema=OutputSchema(
        fields=[
            OutputField(
                key="scoops",
                label="Scoops",
                format="number",
                list_items=[OutputField(key="price", format="currency", currency="EUR")],
            ),
            OutputField(
                key="shop",
                value="{name}",
                description="Where",
                dynamic_key=True,
                label_key="name",
                children=[OutputField(key="name")],
            ),
        ],
        item_label="#{number}",
    ),
    property_groups=[
        PropertyGroup(
            key="main",
            display="section",
            props=["short", "long"],
            label="Main",
            description="First",
            icon="cone",
        )
    ],
)
async def do_it(_context: Any) -> JsonValue:
    return None


@create_action(name="plain", display_name="Plain", description="Asks for nothing")
async def plain(_context: Any) -> JsonValue:
    return None


@create_trigger(
    name="polled",
    display_name="Polled",
    description="Looks now and then",
    strategy=TriggerStrategy.POLLING,
    auth=AUTHS,
    sample_data={"id": 1},
    ai_metadata=AiMetadata(description="Once an hour"),
    classification=Classification.READ,
)
async def polled(_context: Any) -> list[JsonValue]:
    return []


@create_trigger(
    name="called",
    display_name="Called",
    description="Is called",
    strategy=TriggerStrategy.WEBHOOK,
    handshake_configuration=WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.HEADER_PRESENT, param_name="x-hook"
    ),
    renew_configuration=WebhookRenewConfiguration(
        strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
    ),
    props={"secret": Property.SecretText(display_name="Secret", required=True)},
)
async def called(_context: Any) -> list[JsonValue]:
    return []


@called.on_enable
@called.on_disable
@called.on_renew
async def nothing(_context: Any) -> None: ...


@called.on_handshake
async def greet(_context: Any) -> WebhookResponse:
    return WebhookResponse()


@create_trigger(
    name="tested",
    display_name="Tested",
    description="Is called, and can be tested",
    strategy=TriggerStrategy.WEBHOOK,
)
async def tested(_context: Any) -> list[JsonValue]:
    return []


@tested.on_enable
@tested.on_disable
async def nothing_tested(_context: Any) -> None: ...


@tested.test
async def sample(_context: Any) -> list[JsonValue]:
    return [1]


@create_trigger(
    name="shared",
    display_name="Shared",
    description="Hears of an app's events",
    strategy=TriggerStrategy.APP_WEBHOOK,
)
async def shared(_context: Any) -> list[JsonValue]:
    return []


@shared.on_enable
async def nothing_shared(_context: Any) -> None: ...


@create_trigger(
    name="pressed",
    display_name="Pressed",
    description="Is started by hand",
    strategy=TriggerStrategy.MANUAL,
)
async def pressed(_context: Any) -> list[JsonValue]:
    return []


async def parse(_context: ParseContext) -> ParsedEvent:
    return ParsedEvent()


async def verify(_context: VerifyContext) -> bool:
    return False


everything = create_piece(
    display_name="Everything",
    description="One of everything",
    logo_url="https://example.com/logo.png",
    auth=AUTHS,
    authors=["ada"],
    categories=[PieceCategory.CORE, PieceCategory.COMMERCE],
    minimum_supported_release="0.90.0",
    maximum_supported_release="1.2.3",
    events=AppEvents(parse_and_reply=parse, verify=verify),
    deprecated={"message": "Use another"},
    actions=[do_it, plain],
    triggers=[polled, called, tested, shared, pressed],
)
