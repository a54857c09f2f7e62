"""What `create_piece` refuses: everything at once, each with its place and its remedy."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from pieces_framework import (
    Action,
    ActionContext,
    AppEvents,
    AuthField,
    DefinitionError,
    DropdownState,
    JsonValue,
    ParseContext,
    ParsedEvent,
    PieceAuth,
    Property,
    PropertyContext,
    PropertyGroup,
    Props,
    Trigger,
    TriggerStrategy,
    VerifyContext,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)

key = PieceAuth.SecretText(display_name="API Key")
login = PieceAuth.BasicAuth(
    display_name="Login",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
)


def refused(
    *,
    actions: Sequence[Action[Any, Any, Any]] = (),
    triggers: Sequence[Trigger[Any, Any, Any, Any]] = (),
    **options: Any,
) -> list[str]:
    """The problems of a piece, with the place of each function as `HERE`."""
    declared: dict[str, Any] = {"display_name": "P", "logo_url": "", **options}
    with pytest.raises(DefinitionError) as caught:
        create_piece(actions=actions, triggers=triggers, **declared)
    return [
        re.sub(r" \(\S+test_definition\.py:\d+\)", " (HERE)", each)
        for each in caught.value.messages
    ]


def action(name: str = "a", **options: Any) -> Action[Any, Any, Any]:
    async def run(context: ActionContext[Any, Any]) -> None: ...

    return Action(function=run, name=name, display_name="A", description="", **options)


def trigger(
    strategy: TriggerStrategy = TriggerStrategy.POLLING, *hooks: str, **options: Any
) -> Trigger[Any, Any, Any, Any]:
    async def run(context: Any) -> list[JsonValue]:
        return []

    async def hook(context: Any) -> Any: ...

    given: dict[str, Any] = {"name": "t", "display_name": "T", "description": "", **options}
    made: Trigger[Any, Any, Any, Any] = Trigger(function=run, strategy=strategy, **given)
    for name in hooks:
        made.hooks[name](hook)
    return made


def test_every_problem_of_a_piece_is_reported_at_once() -> None:
    other = PieceAuth.SecretText(display_name="Other")
    wrong: Any = "x"
    moment: Any = datetime(2026, 1, 1, tzinfo=UTC)

    @create_action(name="taste", display_name="Taste", description="", auth=key)
    async def taste(context: ActionContext[str]) -> None: ...

    @create_action(name="taste", display_name="Again", description="", auth=other)
    async def again(context: ActionContext[str]) -> None: ...

    @create_action(
        name="",
        display_name="Nameless",
        description="",
        props={"level": Property.Checkbox(display_name="L", default_value=wrong)},
    )
    async def nameless(context: object) -> None: ...

    @create_trigger(
        name="cold",
        display_name="Cold",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        sample_data={"at": [1, moment]},
    )
    async def cold(context: WebhookRunContext) -> list[JsonValue]:
        return []

    @cold.on_enable
    async def first(context: object) -> None: ...

    @cold.on_enable
    async def second(context: object) -> None: ...

    problems = refused(
        display_name="",
        auth=key,
        actions=[taste, again, nameless],
        triggers=[cold],
        minimum_supported_release="0.82",
    )

    value = "its default_value is refused: Expected boolean, received: x"
    assert problems == [
        "the piece has no display_name; pass the name of the service",
        "2 actions are named `taste`; give each its own name",
        "an action has no name; pass `name=`, the identifier that flows store",
        "the piece's minimum_supported_release is '0.82'; write `X.Y.Z`, such as `0.82.0`",
        "action `taste` (HERE) has another auth than the piece: pass the piece's own, or none",
        f"action `` (HERE): property `level`: {value}",
        "trigger `cold` (HERE) has 2 `on_enable` hooks; keep one",
        (
            "trigger `cold` (HERE) is a webhook and lacks the hook `on_disable`; "
            "attach one by `@cold.on_disable`"
        ),
        "trigger `cold` (HERE): `sample_data.at[1]` is `datetime`, which is not JSON",
    ]


def test_a_name_is_used_once_in_a_piece() -> None:
    problems = refused(
        actions=[action("x")], triggers=[trigger(name="x"), trigger(name=""), trigger(name="")]
    )

    assert problems == [
        "a trigger has no name; pass `name=`, the identifier that flows store",
        "an action and a trigger are both named `x`; rename the newer one",
    ]


async def no_options(context: PropertyContext) -> DropdownState[str]:
    return DropdownState()


def test_a_refresher_of_a_plain_dict_must_be_beside_it() -> None:
    props = {
        "board": Property.Dropdown(
            display_name="Board", refreshers=["auth", "list", "bord"], options=no_options
        ),
        "list": Property.ShortText(display_name="List"),
    }

    problems = refused(actions=[action(props=props)])

    assert problems == [
        (
            "action `a` (HERE): property `board` refreshes on `bord`, which is none of the "
            "properties; "
            "name one of them, or `auth`"
        )
    ]


class Level(Props):
    """One property."""

    level = Property.Number(display_name="Level")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param(
            {"output_schema": Level},
            (
                "`output_schema` is the class `Level`; write `OutputSchema(fields=[...])`,"
                " or annotate the function to return a pydantic model"
            ),
            id="schema",
        ),
        pytest.param(
            {"ai_metadata": {"idempotent": True}},
            "`ai_metadata` is `dict`; write `AiMetadata(...)`",
            id="dict",
        ),
        pytest.param(
            {"classification": "READ"},
            (
                "`classification` is `str`; write a member of `Classification`, such as "
                "`Classification.READ`"
            ),
            id="value-of-a-member",
        ),
        pytest.param(
            {"property_groups": [{"key": "main"}]},
            "a property group is `dict`; write `PropertyGroup(...)`",
            id="group",
        ),
        pytest.param(
            {"props": str},
            (
                "`props` is the class `str`; declare a class that inherits from `Props`,"
                " or a dict of properties"
            ),
            id="props",
        ),
    ],
)
def test_an_option_of_another_type_is_one_problem_among_the_others(
    options: dict[str, Any], problem: str
) -> None:
    others = [action("", auth=key), action("b", auth=login)]

    assert refused(auth=key, actions=[action(**options), *others]) == [
        "an action has no name; pass `name=`, the identifier that flows store",
        f"action `a` (HERE): {problem}",
        "action `b` (HERE) has another auth than the piece: pass the piece's own, or none",
    ]


def test_a_configuration_of_another_type_is_a_problem_of_its_trigger() -> None:
    wrong = trigger(TriggerStrategy.POLLING, "test", "test", renew_configuration="0 0 * * *")

    assert refused(triggers=[wrong]) == [
        (
            "trigger `t` (HERE): `renew_configuration` is `str`;"
            " write `WebhookRenewConfiguration(...)`"
        ),
        "trigger `t` (HERE) has 2 `test` hooks; keep one",
    ]


@pytest.mark.parametrize(
    ("make", "options", "problem"),
    [
        (
            action,
            {"sample_data": 1},
            (
                "action `a` (HERE) is given `sample_data`, which `create_action` does not take;"
                " it takes `auth`, `props`, `require_auth`, `ai_metadata`, "
            ),
        ),
        (
            trigger,
            {"audience": 1, "sampledata": {}},
            (
                "trigger `t` (HERE) is given `audience`, `sampledata`, which `create_trigger` does"
                " not take; it takes `strategy`, `auth`, "
            ),
        ),
    ],
    ids=["action", "trigger"],
)
def test_an_unknown_keyword_is_refused_where_it_is_given(
    make: Callable[..., object], options: dict[str, object], problem: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        make(**options)

    assert re.sub(r"\(\S+:\d+\)", "(HERE)", str(caught.value)).startswith(problem)


def test_what_create_piece_cannot_read_is_refused_at_once() -> None:
    def plain() -> None: ...

    wrong: Any = [plain, trigger(TriggerStrategy.POLLING), 5]

    first, *others = refused(colour="red", actions=wrong, triggers=wrong[:1])

    assert first.startswith(
        "the piece `P` is given `colour`, which `create_piece` does not take; it takes `auth`,"
        " `actions`, `triggers`, `authors`, "
    )
    assert others == [
        "`plain` (HERE) is among the actions and is none; put `@create_action(...)` above it",
        "trigger `t` (HERE) is among the actions; move it to `triggers`",
        "a `int` is among the actions; make each by `create_action`",
        "`plain` (HERE) is among the triggers and is none; put `@create_trigger(...)` above it",
    ]


def test_what_a_piece_needs_and_is_not_given_is_refused_by_name() -> None:
    incomplete: dict[str, Any] = {"description": "Ice"}

    with pytest.raises(DefinitionError) as caught:
        create_piece(actions=[], triggers=[], **incomplete)

    assert caught.value.messages == (
        "the piece has no display_name; pass the name of the service",
        "the piece has no logo_url; pass the address of its logo",
    )


def test_no_property_is_named_auth() -> None:
    by_name = {"auth": Property.ShortText(display_name="Key")}

    assert refused(actions=[action(props=by_name)]) == [
        (
            "action `a` (HERE) has a property named `auth`, the name by which a step keeps its"
            " connection; rename it, or declare a connection by `auth=`"
        )
    ]


def test_a_property_group_names_properties() -> None:
    groups = [PropertyGroup(key="main", display="tabs", props=["level", "lebel"])]

    problems = refused(actions=[action(props=Level, property_groups=groups)])

    assert problems == [
        (
            "action `a` (HERE): the group `main` lists `lebel`, which is none of the properties; "
            "declare it, or drop it from the group"
        )
    ]


def test_a_piece_has_one_auth_of_each_type() -> None:
    other = PieceAuth.SecretText(display_name="Other")

    assert refused(auth=(key, other, login)) == [
        "the piece has 2 auths of the type `SECRET_TEXT`; keep one of each type"
    ]


@pytest.mark.parametrize("of_part", [login, (key, login)], ids=["one", "several"])
def test_each_auth_of_a_part_is_one_of_the_pieces(of_part: Any) -> None:
    assert refused(auth=key, actions=[action(auth=of_part)]) == [
        "action `a` (HERE) has another auth than the piece: pass the piece's own, or none"
    ]


def test_parts_may_take_any_of_the_pieces_auths() -> None:
    actions = [action("a", auth=key), action("b", auth=(login, key)), action("c")]

    piece = create_piece(
        display_name="P", logo_url="", auth=(key, login), actions=actions, triggers=[]
    )

    assert piece.auths == (key, login)


def test_what_is_wrong_with_an_auth_is_the_pieces_problem() -> None:
    wrong: Any = "x"
    auth = PieceAuth.CustomAuth(
        display_name="Custom",
        props={"n": Property.Number(display_name="N", default_value=wrong)},
    )

    (problem,) = refused(auth=auth)

    assert problem.startswith("the auth `Custom`: its property `n`: its default_value is refused:")


async def parse(context: ParseContext) -> ParsedEvent:
    return ParsedEvent()


async def verify(context: VerifyContext) -> bool:
    return True


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (
            None,
            "the piece has no events; pass `events=AppEvents(...)` to `create_piece`",
        ),
        (
            AppEvents(parse_and_reply=parse),
            "nobody verifies its requests; give `AppEvents` a `verify`",
        ),
    ],
    ids=["no events", "no verify"],
)
def test_an_app_webhook_that_nobody_verifies_is_refused(
    events: AppEvents | None, reason: str
) -> None:
    app = trigger(TriggerStrategy.APP_WEBHOOK, "on_enable")

    assert refused(triggers=[app], events=events) == [
        f"trigger `t` (HERE) is an app webhook, and {reason}"
    ]


HANDSHAKE = WebhookHandshakeConfiguration(
    strategy=WebhookHandshakeStrategy.QUERY_PRESENT, param_name="challenge"
)
RENEWAL = WebhookRenewConfiguration(strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *")


def renewal(cron_expression: str | None) -> WebhookRenewConfiguration:
    return WebhookRenewConfiguration(
        strategy=WebhookRenewStrategy.CRON, cron_expression=cron_expression
    )


WEBHOOK = (TriggerStrategy.WEBHOOK, "on_enable", "on_disable")


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        (
            lambda: trigger(TriggerStrategy.WEBHOOK),
            [
                "is a webhook and lacks the hook `on_enable`; attach one by `@t.on_enable`",
                "is a webhook and lacks the hook `on_disable`; attach one by `@t.on_disable`",
            ],
        ),
        (
            lambda: trigger(TriggerStrategy.APP_WEBHOOK),
            ["is an app webhook and lacks the hook `on_enable`; attach one by `@t.on_enable`"],
        ),
        (
            lambda: trigger(*WEBHOOK, "on_start", "on_start", "test", "test", "test"),
            ["has 3 `test` hooks; keep one", "has 2 `on_start` hooks; keep one"],
        ),
        (
            lambda: trigger(*WEBHOOK, handshake_configuration=HANDSHAKE),
            ["has the handshake strategy `QUERY_PRESENT` and lacks the hook `on_handshake`"],
        ),
        (
            lambda: trigger(
                *WEBHOOK,
                "on_handshake",
                handshake_configuration=WebhookHandshakeConfiguration(
                    strategy=WebhookHandshakeStrategy.HEADER_PRESENT
                ),
            ),
            [": the handshake strategy `HEADER_PRESENT` needs a `param_name`"],
        ),
        (
            lambda: trigger(*WEBHOOK, "on_handshake", "on_renew"),
            [
                (
                    "has the hook `on_handshake`, which nothing calls;"
                    " give a `handshake_configuration`, or drop the hook"
                ),
                (
                    "has the hook `on_renew`, which nothing calls;"
                    " give a `renew_configuration`, or drop the hook"
                ),
            ],
        ),
        (
            lambda: trigger(*WEBHOOK, renew_configuration=RENEWAL),
            [
                (
                    "has a `renew_configuration` and lacks the hook `on_renew`; "
                    "attach one by `@t.on_renew`"
                )
            ],
        ),
        (
            lambda: trigger(*WEBHOOK, "on_renew", renew_configuration=renewal(None)),
            [": the renew strategy `CRON` needs a `cron_expression`"],
        ),
        (
            lambda: trigger(*WEBHOOK, "on_renew", renew_configuration=renewal("61 * * * *")),
            [
                (
                    ": `61 * * * *` is no cron expression: bad minute; "
                    "it has five fields, such as `0 0 * * *`"
                )
            ],
        ),
        (
            lambda: trigger(
                TriggerStrategy.MANUAL,
                "on_handshake",
                "on_renew",
                handshake_configuration=HANDSHAKE,
                renew_configuration=RENEWAL,
            ),
            [
                f"has {what}, which only a `WEBHOOK` trigger may have; drop it"
                for what in (
                    "the hook `on_handshake`",
                    "the hook `on_renew`",
                    "a `handshake_configuration`",
                    "a `renew_configuration`",
                )
            ],
        ),
    ],
)
def test_hooks_and_configuration_belong_together(
    wrong: Callable[[], Trigger[Any, Any, Any, Any]], problems: list[str]
) -> None:
    events = AppEvents(parse_and_reply=parse, verify=verify)

    found = refused(triggers=[wrong()], events=events)

    assert [each.removeprefix("trigger `t` (HERE)").removeprefix(" ") for each in found] == problems


def test_an_actions_test_attaches_once() -> None:
    made = action()

    async def sample(context: ActionContext[Any, Any]) -> None: ...

    attach: Callable[[Callable[[Any], Awaitable[object]]], object] = made.test
    attach(sample)
    attach(sample)

    assert refused(actions=[made]) == ["action `a` (HERE) has 2 `test` hooks; keep one"]


def test_a_declaration_with_everything_right_is_accepted() -> None:
    webhook = trigger(
        *WEBHOOK,
        "on_handshake",
        "on_renew",
        "on_start",
        "test",
        handshake_configuration=HANDSHAKE,
        renew_configuration=RENEWAL,
        name="webhook",
    )
    app = trigger(TriggerStrategy.APP_WEBHOOK, "on_enable", name="app")
    groups = [PropertyGroup(key="main", display="tabs", props=["level"])]
    events = AppEvents(parse_and_reply=parse, verify=verify)

    piece = create_piece(
        display_name="P",
        logo_url="",
        actions=[action(props=Level, property_groups=groups)],
        triggers=[webhook, app, trigger(name="tick"), trigger(TriggerStrategy.MANUAL, name="go")],
        events=events,
        minimum_supported_release="1.0.0",
        maximum_supported_release="1.2.0",
    )

    assert [*piece.actions, *piece.triggers] == ["a", "webhook", "app", "tick", "go"]


def test_the_auth_of_a_loader_is_the_pieces() -> None:
    def load(context: PropertyContext[str]) -> DropdownState[str]:
        return DropdownState()

    stranger = PieceAuth.SecretText(display_name="Other")
    board = Property.Dropdown(display_name="B", refreshers=[], options=load, auth=stranger)

    @create_action(name="a", display_name="A", description="", props={"board": board})
    def act(context: ActionContext[None, Mapping[str, Any]]) -> None: ...

    assert refused(actions=[act]) == [
        (
            "action `a` (HERE): property `board` has another auth than the piece: "
            "pass the piece's own, or none"
        )
    ]


def test_releases_begin_before_they_end() -> None:
    with pytest.raises(DefinitionError, match=r"begin at 0\.90\.0 and end at 0\.85\.0; swap them"):
        create_piece(
            display_name="P",
            logo_url="",
            actions=[],
            triggers=[],
            minimum_supported_release="0.90.0",
            maximum_supported_release="0.85.0",
        )
