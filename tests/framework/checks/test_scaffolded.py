"""What `pieces create` and its like write is faultless, but for what they say to replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from pieces_framework.checks import Severity, check
from tests.support.checked import files_of
from tests.support.scaffolding import add_action, add_trigger, made


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a piece that was just created."""
    made("init", tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    made("create", "--name", "sorbet-shop", "--type", "custom")
    return tmp_path / "work" / "pieces" / "custom" / "sorbet-shop"


def test_new_piece_lacks_nothing(piece: Path) -> None:
    assert check(files_of(piece)) == []


def test_new_parts_are_left_of_a_template_until_they_are_written(piece: Path) -> None:
    add_action("sorbet-shop", "Get Flavor")
    add_trigger("sorbet-shop", "New Flavor", "polling")
    add_trigger("sorbet-shop", "New Order", "webhook")

    findings = check(files_of(piece))

    package = "piece_sorbet_shop"
    assert {(each.rule, each.path) for each in findings if each.severity is not Severity.NOTE} == {
        ("template-leftover", f"{package}/actions/get_flavor.py"),
        ("template-leftover", f"{package}/triggers/new_flavor.py"),
        ("template-leftover", f"{package}/triggers/new_order.py"),
    }
