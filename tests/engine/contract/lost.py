"""Pieces that hang, end the process or flood its output."""

from __future__ import annotations

from typing import Final

from .fault import DEAF_SERVICE, SERVICE, TRIGGER_PIECE, Fault, action_piece, whole_piece

LOST: Final = (
    Fault(
        name="sleeps",
        rule="run-offline",
        part="act",
        says="`act` did not end within 1 s",
        hint="give each request a time limit",
        source=action_piece("time.sleep(3600)  # HERE"),
    ),
    Fault(
        name="waits-in-a-thread",
        rule="run-offline",
        part="act",
        says="`act` did not end within 1 s",
        hint="give each request a time limit",
        source=action_piece("time.sleep(3600)  # HERE").replace("async def act", "def act"),
    ),
    Fault(
        name="exits",
        rule="run-offline",
        part="act",
        says="`act` ended the process with status 3",
        hint="raise an error instead",
        source=action_piece("os._exit(3)").replace(
            '@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1
        ),
    ),
    Fault(
        name="loads-for-ever",
        rule="options-load-without-auth",
        part="act",
        says="`act` did not end within 1 s",
        hint="give each request a time limit",
        source="def options(context):\n    time.sleep(3600)  # HERE\n"
        + action_piece(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ),
    ),
    Fault(
        name="imports-for-ever",
        rule="imports",
        says="the piece did not end within 1 s",
        hint="what waits belongs into `run`",
        source=whole_piece("time.sleep(3600)  # HERE"),
    ),
    Fault(
        name="exits-on-import",
        rule="imports",
        says="the piece ended the process with status 0",
        hint="raise an error instead",
        source=whole_piece("os._exit(0)"),
        file="pyproject.toml",
    ),
    Fault(
        name="floods",
        rule="import-prints-nothing",
        says="it printed 'xxxx",
        source=whole_piece("print('x' * 4_000_000)  # HERE\nos.write(1, b'y' * 4_000_000)"),
    ),
    Fault(
        name="floods-below",
        rule="import-prints-nothing",
        says="it printed 'yyyy",
        source=whole_piece(
            "try:\n    while True:\n        os.write(1, b'y' * 4_000_000)\n"
            "except OSError:\n    pass"
        ),
        file="pyproject.toml",
    ),
    Fault(
        name="hangs-live",
        rule="run-against-service",
        part="act",
        says="`act` did not end within 1 s",
        hint="`--contract-deadline SECONDS` allows more",
        source=action_piece(
            "if context.props_value['mode'] == 'live':\n"
            "        time.sleep(3600)  # HERE\n"
            "    return {}",
            props='"mode": Property.ShortText(display_name="Mode")',
        ),
        conftest=SERVICE,
    ),
    Fault(
        name="deaf",
        rule="life-against-service",
        part="notice",
        says="after the event no request arrived at the trigger's URL",
        hint="let `on_enable` hand `context.webhook_url` to the service",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.WEBHOOK,
    sample_data={"id": 1},
)
async def notice(context):
    return []

@notice.on_enable
def enable(context):
    pass

@notice.on_disable
def disable(context):
    pass
"""
        + TRIGGER_PIECE,
        conftest=DEAF_SERVICE,
    ),
)
