"""The contract suite over a piece whose one action is the custom API call."""

from __future__ import annotations

from pathlib import Path

from tests.common.web_server import WebServer
from tests.engine.contract.running import run_pytest

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "piece-calls"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["pieces-common", "pieces-framework"]

[project.entry-points.pieces]
calls = "piece_calls:calls"
"""
PIECE = '''\
"""Calls whatever it is told to."""

from pieces_common import create_custom_api_call_action
from pieces_framework import PieceAuth, create_piece

auth = PieceAuth.SecretText(display_name="API Key", required=True)
calls = create_piece(
    display_name="Calls",
    description="Calls whatever it is told to",
    logo_url="https://example.com/logo.png",
    auth=auth,
    actions=[
        create_custom_api_call_action(
            auth=auth,
            base_url=lambda _: "SERVICE",
            auth_mapping=lambda key: {"Authorization": f"Bearer {key}"},
        )
    ],
    triggers=[],
)
'''
CONFTEST = """\
import pytest
from pieces_engine.contract import ContractService

@pytest.fixture(scope="session")
def contract_service():
    return ContractService(auth="sk-made-up-0123", props={"url": {"url": "/orders"}})
"""


def test_a_piece_with_the_action_keeps_every_promise(tmp_path: Path, web: WebServer) -> None:
    web.answer("/orders", b"[]")
    package = tmp_path / "piece_calls"
    package.mkdir()
    (package / "__init__.py").write_text(PIECE.replace("SERVICE", web.url))
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "conftest.py").write_text(CONFTEST)

    report = run_pytest(tmp_path, f"--piece={tmp_path}", environment={"PYTHONPATH": str(tmp_path)})

    assert report.outcomes()["calls::custom_api_call::run-against-service"] == "passed", report
    assert "failure" not in report.outcomes().values(), report.output
    assert report.status == 0
    assert {sent.headers["authorization"] for sent in web.sent} == {"Bearer sk-made-up-0123"}
