"""Pieces that break one promise each. `# HERE` stands on the line that shall be named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PYPROJECT: Final = """
[project]
name = "{distribution}"
version = "{version}"

[project.entry-points.pieces]
{key} = "piece_{module}:piece"  # HERE
"""

_HEADER: Final = """
import asyncio, itertools, os, socket, subprocess, sys, time
from datetime import date
from pathlib import Path
from pieces_framework import *
from pieces_framework.property.text import ShortText
from pieces_framework.property.scalar import Number

auth = PieceAuth.SecretText(display_name="API Key")
"""

_PIECE: Final = """
piece = create_piece(
    display_name="Cone", logo_url="", auth=auth, actions=[act], triggers=[]{options}
)
"""

_TRIGGER_PIECE: Final = """
piece = create_piece(display_name="Cone", logo_url="", actions=[], triggers=[notice])
"""

_GOOD_ACTION: Final = """
@create_action(name="act", display_name="Act", description="", auth=auth)
async def act(context) -> dict[str, str]:
    raise RetryableError("no answer")
"""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A piece, and the one thing that is wrong with it."""

    name: str
    rule: str
    part: str = ""
    says: str
    """What the message must hold."""
    source: str
    file: str = ""
    """Where `# HERE` is, if not in the piece's module."""
    version: str = "1.0.0"
    distribution: str = ""
    """`piece-` and the name, unless it is given."""
    conftest: str = ""

    @property
    def module(self) -> str:
        return f"piece_{self.name.replace('-', '_')}"

    def write(self, top: Path) -> Path:
        """Write the piece into a folder of `top`, and return it."""
        folder = top / self.name
        (folder / self.module).mkdir(parents=True)
        (folder / self.module / "__init__.py").write_text(_HEADER + self.source)
        (folder / "pyproject.toml").write_text(
            _PYPROJECT.format(
                key=self.name,
                module=self.name.replace("-", "_"),
                version=self.version,
                distribution=self.distribution or f"piece-{self.name}",
            )
        )
        if self.conftest:
            (folder / "conftest.py").write_text(self.conftest)
        return folder

    def place(self, top: Path) -> str:
        """Return `FILE:LINE` of the fault."""
        path = top / self.name / (self.file or f"{self.module}/__init__.py")
        lines = path.read_text().splitlines()
        return f"{path}:{next(n for n, line in enumerate(lines, 1) if 'HERE' in line)}"


def _action(body: str, *, props: str = "", returns: str = " -> dict[str, str]") -> str:
    declared = f", props={{{props}}}" if props else ""
    return f"""
@create_action(name="act", display_name="Act", description="", auth=auth{declared})
async def act(context){returns}:
    {body}
{_PIECE.format(options="")}"""


def _whole(before: str, *, options: str = "") -> str:
    return before + _GOOD_ACTION + _PIECE.format(options=options)


SECRET: Final = "sk-planted-secret-key"

_SERVICE: Final = """
import pytest
from pieces_engine.contract import ContractService
from pieces_framework import WebhookPayload

@pytest.fixture
def contract_service():
    yield ContractService(
        auth="sk-planted-secret-key",
        props_of={"act": {"mode": "live"}, "notice": {"mode": "live"}},
        events={"notice": lambda: None},
    )
"""

_OWN_KIND: Final = """
class Iban(ShortText):
    kind = "IBAN"
"""
_STAMP: Final = """
class Stamp(Number):
    numbers = itertools.count()

    def coerce(self, raw):
        return raw + next(self.numbers)
"""
_LAX: Final = """
class Lax(Number):
    def parse_absent(self):
        return 0
"""
_LOADER: Final = """
def options(context) -> DropdownState[str]:
    return DropdownState(options=[DropdownOption(context.auth.upper(), "x")])  # HERE
"""


FAULTS: Final = (
    Fault(
        name="raises",
        rule="imports",
        says="ValueError: no such luck",
        source='raise ValueError("no such luck")  # HERE',
    ),
    Fault(
        name="connects",
        rule="import-opens-no-connection",
        says="127.0.0.1",
        source=_whole(
            "try:\n"
            "    socket.create_connection(('127.0.0.1', 9), 1)  # HERE\n"
            "except OSError:\n    pass"
        ),
    ),
    Fault(
        name="connects-and-fails",
        rule="import-opens-no-connection",
        says="example.com",
        source=_whole("socket.create_connection(('example.com', 9), 1)  # HERE"),
    ),
    Fault(
        name="spawns",
        rule="import-starts-no-process",
        says="subprocess.Popen",
        source=_whole('subprocess.run([sys.executable, "-c", ""], check=True)  # HERE'),
    ),
    Fault(
        name="writes",
        rule="import-writes-no-file",
        says="left-behind.txt",
        source=_whole('Path("left-behind.txt").write_text("x")  # HERE'),
    ),
    Fault(
        name="prints",
        rule="import-prints-nothing",
        says="'hello'",
        source=_whole('print("hello")  # HERE'),
    ),
    Fault(
        name="misnumbered",
        rule="definition-is-consistent",
        says="'1.0'",
        source=_whole(""),
        version="1.0",
        file="pyproject.toml",
    ),
    Fault(
        name="misnamed",
        rule="definition-is-consistent",
        says="the distribution `piece-other` does not end with the entry point's name `misnamed`",
        source=_whole(""),
        distribution="piece-other",
        file="pyproject.toml",
    ),
    Fault(
        name="elsewhere",
        rule="definition-is-consistent",
        says="which is another folder",
        source='sys.path.insert(0, str(Path(__file__).parents[2] / "misnamed"))\n'
        "from piece_misnamed import piece\n",
        file="pyproject.toml",
    ),
    Fault(
        name="dated",
        rule="metadata-is-json",
        says="`metadata.deprecated.since` is `date`",
        source=_whole("", options=', deprecated={"since": date(2026, 1, 1)}'),
        file="pyproject.toml",
    ),
    Fault(
        name="shuffled",
        rule="metadata-is-stable",
        says="`metadata.authors[",
        source=_whole("", options=', authors=list({*"abcdefghijklmnop"})'),
        file="pyproject.toml",
    ),
    Fault(
        name="own-kind",
        rule="metadata-loads",
        says="the property `iban` of `act`",
        source=_OWN_KIND
        + _action("raise RetryableError('no')", props='"iban": Iban(display_name="IBAN")'),
        file="pyproject.toml",
    ),
    Fault(
        name="validates-untyped",
        rule="auth-fails-typed",
        says="`validate` raised gaierror",
        source="""
def validate(context):
    socket.create_connection(("example.com", 443), 1)  # HERE

auth = PieceAuth.SecretText(display_name="Key", validate=validate)
"""
        + _whole(""),
    ),
    Fault(
        name="validates-aloud",
        rule="secrets-stay-secret",
        says="`validate` repeats the credentials",
        source="""
auth = PieceAuth.SecretText(
    display_name="Key",
    validate=lambda context: AuthValidation(valid=False, error=f"{context.auth} is wrong"),
)
"""
        + _whole(""),
        file="pyproject.toml",
    ),
    Fault(
        name="stamps",
        rule="props-round-trip",
        part="act",
        says="`stamp` parses to",
        source=_STAMP
        + _action(
            "raise RetryableError('no')", props='"stamp": Stamp(display_name="Stamp")'
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="lax",
        rule="required-props-are-asked-for",
        part="act",
        says="`level` is required, and a run without it is not refused",
        source=_LAX
        + _action(
            "raise RetryableError('no')",
            props='"level": Lax(display_name="Level", required=True)',
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="expects",
        rule="optional-props-may-be-missing",
        part="act",
        says="with no optional property, `run` raised AttributeError",
        source=_action(
            "return {'a': context.props_value['topping'].upper()}  # HERE",
            props='"topping": Property.ShortText(display_name="Topping")',
        ),
    ),
    Fault(
        name="loads-with-auth-only",
        rule="options-load-without-auth",
        part="act",
        says="the loader of `shop` raised AttributeError",
        source=_LOADER
        + _action(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ),
    ),
    Fault(
        name="loads-a-list",
        rule="options-load-without-auth",
        part="act",
        says="returned `list`, not a `DropdownState`",
        source="def options(context):\n    return []\n"
        + _action(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="silent",
        rule="output-is-declared",
        part="act",
        says="no return type",
        source=_action("raise RetryableError('no')", returns="").replace(
            '@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1
        ),
    ),
    Fault(
        name="unlike",
        rule="sample-data-fits",
        part="notice",
        says="`sample_data` lacks `id`",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    sample_data={"name": "x"}, output_schema=OutputSchema(fields=[OutputField(key="id")]),
)
async def notice(context):
    return []
"""
        + _TRIGGER_PIECE,
    ),
    Fault(
        name="crashes",
        rule="run-offline",
        part="act",
        says="with all properties, `run` raised KeyError: 'nothing'",
        source=_action("return {}['nothing']  # HERE"),
    ),
    Fault(
        name="returns-objects",
        rule="run-offline",
        part="act",
        says="`output.a` is `object`",
        source=_action("return {'a': object()}").replace(
            '@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1
        ),
    ),
    Fault(
        name="polls-untyped",
        rule="run-offline",
        part="notice",
        says="`on_enable` raised ConnectionRefusedError",
        source="""
@create_trigger(
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    sample_data=1,
)
async def notice(context):
    return []

@notice.on_enable
def enable(context):
    with socket.socket() as tried:
        tried.connect(("127.0.0.1", 9))  # HERE
"""
        + _TRIGGER_PIECE,
    ),
    Fault(
        name="tells",
        rule="secrets-stay-secret",
        part="act",
        says="the error of `run` repeats a secret",
        source=_action("raise FatalError(f'the key {context.auth} is wrong')  # HERE"),
    ),
    Fault(
        name="fails-live",
        rule="run-against-service",
        part="act",
        says="`act` raised ValueError: *** fails",
        source=_action(
            "if context.props_value['mode'] == 'live':\n"
            "        raise ValueError(f'{context.auth} fails')  # HERE\n"
            "    return {}",
            props='"mode": Property.ShortText(display_name="Mode")',
        ),
        conftest=_SERVICE,
    ),
    Fault(
        name="unlike-live",
        rule="life-against-service",
        part="notice",
        says="lacks `id`, which the sample data has",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    props={"mode": Property.ShortText(display_name="Mode")}, sample_data={"id": 1},
)
async def notice(context):
    return [{"name": "x"}] if context.props_value["mode"] == "live" else []
"""
        + _TRIGGER_PIECE,
        conftest=_SERVICE,
    ),
)

LOST: Final = (
    Fault(
        name="sleeps",
        rule="run-offline",
        part="act",
        says="`act` did not end within 2 s",
        source=_action("time.sleep(3600)  # HERE"),
    ),
    Fault(
        name="waits-in-a-thread",
        rule="run-offline",
        part="act",
        says="`act` did not end within 2 s",
        source=_action("time.sleep(3600)  # HERE").replace("async def act", "def act"),
    ),
    Fault(
        name="exits",
        rule="run-offline",
        part="act",
        says="`act` ended the process with status 3",
        source=_action("os._exit(3)").replace(
            '@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1
        ),
    ),
    Fault(
        name="loads-for-ever",
        rule="options-load-without-auth",
        part="act",
        says="`act` did not end within 2 s",
        source="def options(context):\n    time.sleep(3600)  # HERE\n"
        + _action(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ),
    ),
    Fault(
        name="imports-for-ever",
        rule="imports",
        says="the piece did not end within 2 s",
        source=_whole("time.sleep(3600)  # HERE"),
    ),
    Fault(
        name="exits-on-import",
        rule="imports",
        says="the piece ended the process with status 0",
        source=_whole("os._exit(0)"),
        file="pyproject.toml",
    ),
    Fault(
        name="floods",
        rule="import-prints-nothing",
        says="it printed 'xxxx",
        source=_whole("print('x' * 4_000_000)  # HERE\nos.write(1, b'y' * 4_000_000)"),
    ),
    Fault(
        name="deaf",
        rule="life-against-service",
        part="notice",
        says="after the event no request arrived at the trigger's URL",
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
        + _TRIGGER_PIECE,
        conftest=_SERVICE,
    ),
)
