"""Actions: what `create_action` makes of a function, and the metadata it gives."""

from __future__ import annotations

import re

from pieces_framework import (
    ActionContext,
    AiMetadata,
    Audience,
    AuthField,
    BasicAuthValue,
    Classification,
    ErrorHandlingOption,
    ErrorHandlingOptions,
    JsonValue,
    OutputField,
    OutputSchema,
    PieceAuth,
    Property,
    PropertyGroup,
    Props,
    create_action,
)
from pieces_framework.testing import make_context
from pieces_framework.wire import Overlay

key = PieceAuth.SecretText(display_name="API Key")
login = PieceAuth.BasicAuth(
    display_name="Login",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
)


class Level(Props):
    """One property."""

    level = Property.Number(display_name="Level", required=True)


def test_the_least_an_action_says() -> None:
    @create_action(name="taste", display_name="Taste", description="Tastes.")
    async def taste(context: ActionContext) -> None: ...

    assert taste.metadata() == {
        "name": "taste",
        "displayName": "Taste",
        "description": "Tastes.",
        "props": {},
        "requireAuth": True,
        "errorHandlingOptions": {
            "continueOnFailure": {"defaultValue": False},
            "retryOnFailure": {"defaultValue": False},
        },
    }


def test_the_most_an_action_says() -> None:
    @create_action(
        name="taste",
        display_name="Taste",
        description="Tastes.",
        auth=(key, login),
        require_auth=False,
        props=Level,
        error_handling_options=ErrorHandlingOptions(
            continue_on_failure=ErrorHandlingOption(default_value=True, hide=False),
            retry_on_failure=ErrorHandlingOption(hide=True),
        ),
        audience=Audience.AI,
        ai_metadata=AiMetadata(description="Only when asked", idempotent=False),
        classification=Classification.DESTRUCTIVE,
        output_schema=OutputSchema(fields=[OutputField(key="left")]),
        property_groups=[
            PropertyGroup(
                key="main",
                display="section",
                props=["level"],
                label="Main",
                description="What matters",
                icon="cone",
            ),
            PropertyGroup(key="rest", display="tabs", props=[]),
        ],
    )
    async def taste(context: ActionContext[str | BasicAuthValue | None, Level]) -> None: ...

    assert taste.metadata() == {
        "name": "taste",
        "displayName": "Taste",
        "description": "Tastes.",
        "props": {"level": {"type": "NUMBER", "displayName": "Level", "required": True}},
        "requireAuth": False,
        "errorHandlingOptions": {
            "continueOnFailure": {"defaultValue": True, "hide": False},
            "retryOnFailure": {"hide": True},
        },
        "audience": "ai",
        "aiMetadata": {"description": "Only when asked", "idempotent": False},
        "classification": "DESTRUCTIVE",
        "outputSchema": {"fields": [{"key": "left"}]},
        "propertyGroups": [
            {
                "key": "main",
                "display": "section",
                "label": "Main",
                "description": "What matters",
                "icon": "cone",
                "props": ["level"],
            },
            {"key": "rest", "display": "tabs", "props": []},
        ],
    }
    assert taste.auths == (key, login)


def test_given_error_handling_replaces_the_default_whole() -> None:
    options = ErrorHandlingOptions(continue_on_failure=ErrorHandlingOption(hide=True))

    @create_action(name="a", display_name="A", description="", error_handling_options=options)
    async def action(context: ActionContext) -> None: ...

    assert action.metadata()["errorHandlingOptions"] == {"continueOnFailure": {"hide": True}}


def test_the_plain_form_of_props_gives_the_same_metadata() -> None:
    @create_action(name="a", display_name="A", description="", props=Level)
    async def typed(context: ActionContext[None, Level]) -> None: ...

    @create_action(
        name="a",
        display_name="A",
        description="",
        props={"level": Property.Number(display_name="Level", required=True)},
    )
    async def untyped(context: object) -> None: ...

    assert untyped.metadata() == typed.metadata()


def test_an_overlay_has_the_last_word() -> None:
    @create_action(name="a", display_name="A", description="")
    async def action(context: ActionContext) -> None: ...

    action.overlay = Overlay({"requireAuth": None, "fromTomorrow": 1}, frozenset({"description"}))

    assert action.metadata() == {
        "name": "a",
        "displayName": "A",
        "props": {},
        "requireAuth": None,
        "fromTomorrow": 1,
        "errorHandlingOptions": {
            "continueOnFailure": {"defaultValue": False},
            "retryOnFailure": {"defaultValue": False},
        },
    }


@create_action(name="double", display_name="Double", description="", auth=key, props=Level)
async def double(context: ActionContext[str, Level]) -> float:
    return context.props_value.level * 2


@create_action(name="halve", display_name="Halve", description="", auth=key, props=Level)
def halve(context: ActionContext[str, Level]) -> float:
    return context.props_value.level / 2


@halve.test
def halve_nothing(context: ActionContext[str, Level]) -> dict[str, JsonValue]:
    return {"sample": context.auth}


async def test_the_action_itself_is_its_test_until_another_attaches() -> None:
    assert await double.test.run(make_context(double, auth="k", props={"level": 3})) == 6


async def test_an_attached_test_runs_instead() -> None:
    context = make_context(halve, auth="k", props={"level": 3})

    assert await halve.test.run(context) == {"sample": "k"}
    assert await halve.run(context) == 1.5
    assert halve_nothing(context) == {"sample": "k"}


def test_an_action_names_its_function_in_messages() -> None:
    assert repr(double) == "<Action double>"
    assert re.fullmatch(rf"action `double` \({re.escape(__file__)}:\d+\)", double.where)
