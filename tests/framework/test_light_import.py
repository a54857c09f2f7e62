"""A piece is imported just to read its metadata: that must load nothing heavy."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pieces_framework

HEAVY = {
    "pydantic",
    "asyncio",
    "httpx",
    "dateutil",
    "cronsim",
    "ssl",
    "http.client",
    "email",
    "logging",
}

PIECE = textwrap.dedent("""
    import sys
    from pieces_framework import *

    class Wanted(Props):
        name = Property.ShortText(display_name="Name", min_length=1, max_length=9, pattern="^a")
        level = Property.Number(display_name="Level", ge=0, le=10, multiple_of=0.5)
        since = Property.DateTime(display_name="Since")
        file = Property.File(display_name="File")
        sizes = Property.StaticMultiSelectDropdown(
            display_name="Sizes", options=[DropdownOption("S", "s")], default_value=["s"]
        )
        rows = Property.Array(
            display_name="Rows", properties={"n": Property.Number(display_name="N", gt=0)}
        )

    auth = PieceAuth.OAuth2(auth_url="{name}", token_url="", scope=["a"], props=Wanted)

    @create_action(name="act", display_name="Act", description="", auth=auth, props=Wanted)
    async def act(context: ActionContext[OAuth2Value[Wanted], Wanted]) -> dict[str, int]:
        return {}

    piece = create_piece(display_name="P", logo_url="", auth=auth, actions=[act], triggers=[])
    piece.metadata()
    print(*sys.modules)
""")


def modules_after(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    modules = modules_after("import sys, pieces_framework; print(*sys.modules)")

    assert "pieces_framework" in modules
    assert HEAVY & modules == set()


def test_declaring_a_piece_loads_nothing_heavy() -> None:
    modules = modules_after(PIECE)

    assert "pieces_framework" in modules
    assert HEAVY & modules == set()


def test_every_public_name_is_there() -> None:
    names = pieces_framework.__all__

    assert [name for name in names if not hasattr(pieces_framework, name)] == []
