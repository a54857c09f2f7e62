"""A workspace that is the current folder, and a piece in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.scaffolding import made


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AP_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "workspace"
    made("init", root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def gelato(workspace: Path) -> Path:
    made("create", "--name", "gelato", "--type", "custom")
    return workspace / "pieces" / "custom" / "gelato"
