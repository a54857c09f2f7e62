"""The whole service of the reference page, run as an author would copy it."""

from __future__ import annotations

import re
from pathlib import Path

from .running import run_pytest

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "contract.md"
PYPROJECT = """
[project]
name = "piece-flavors"
version = "1.0.0"

[project.entry-points.pieces]
flavors = "piece_flavors:piece"
"""
PIECE = """
from pieces_common import HttpMethod, http_client
from pieces_framework import *

auth = PieceAuth.SecretText(display_name="Key")
props = {"api_url": Property.ShortText(display_name="URL", required=True)}

async def flavors(context):
    answer = await http_client.send_request(
        HttpMethod.GET, context.props_value["api_url"] + "/flavors",
        headers={"Authorization": f"Bearer {context.auth}"},
    )
    return answer.body

@create_action(name="list_flavors", display_name="L", description="", auth=auth, props=props)
async def list_flavors(context):
    return await flavors(context)

@create_trigger(
    name="new_flavor", display_name="N", description="", auth=auth, props=props,
    strategy=TriggerStrategy.POLLING, sample_data={"id": 1, "name": "Fig"},
)
async def new_flavor(context):
    seen = await context.store.get("seen", int) or 0
    found = await flavors(context)
    await context.store.put("seen", len(found))
    return found[seen:]

piece = create_piece(
    display_name="F", logo_url="", auth=auth, actions=[list_flavors], triggers=[new_flavor]
)
"""


def test_the_service_of_the_page_shows_what_needs_one(tmp_path: Path) -> None:
    [conftest] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "piece_flavors").mkdir()
    (tmp_path / "piece_flavors" / "__init__.py").write_text(PIECE)

    report = run_pytest(tmp_path, "--piece=.")

    outcomes = report.outcomes()
    assert set(outcomes.values()) == {"passed"}, report.output
    assert {"list_flavors::run-against-service", "new_flavor::life-against-service"} <= {
        node.partition("::")[2] for node in outcomes
    }
