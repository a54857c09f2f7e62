"""A piece that breaks a promise, and how it is written. `# HERE` stands on the line to be named."""

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

PIECE: Final = """
piece = create_piece(
    display_name="Cone", logo_url="", auth=auth, actions=[act], triggers=[]{options}
)
"""

TRIGGER_PIECE: Final = """
piece = create_piece(display_name="Cone", logo_url="", actions=[], triggers=[notice])
"""

GOOD_ACTION: Final = """
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
    hint: str = ""
    """What the advice must hold; the promise's own if empty."""
    source: str
    file: str = ""
    """Where `# HERE` is, if not in the piece's module."""
    version: str = "1.0.0"
    distribution: str = ""
    """`piece-` and the name, unless it is given."""
    conftest: str = ""
    other_module: str = ""
    """The source of `other.py` beside the piece's module."""

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
        if self.other_module:
            (folder / self.module / "other.py").write_text(self.other_module)
        if self.conftest:
            (folder / "conftest.py").write_text(self.conftest)
        return folder

    def place(self, top: Path) -> str:
        """Return `FILE:LINE` of the fault, as seen from `top`."""
        path = Path(self.name) / (self.file or f"{self.module}/__init__.py")
        lines = (top / path).read_text().splitlines()
        return f"{path}:{next(n for n, line in enumerate(lines, 1) if 'HERE' in line)}"


def action_piece(body: str, *, props: str = "") -> str:
    declared = f", props={{{props}}}" if props else ""
    return f"""
@create_action(name="act", display_name="Act", description="", auth=auth{declared})
async def act(context) -> dict[str, str]:
    {body}
{PIECE.format(options="")}"""


def whole_piece(before: str, *, options: str = "") -> str:
    return before + GOOD_ACTION + PIECE.format(options=options)


SECRET: Final = "sk-planted-secret-key"

SERVICE: Final = """
import pytest
from pieces_engine.contract import ContractService
from pieces_framework import WebhookPayload

@pytest.fixture
def contract_service():
    yield ContractService(
        auth="sk-planted-secret-key",
        props={"mode": "live"},
    )
"""
DEAF_SERVICE: Final = """
import pytest
from pieces_engine.contract import ContractService

@pytest.fixture
def contract_service():
    yield ContractService(events={"notice": lambda: None})
"""
