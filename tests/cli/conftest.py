"""A workspace that is the current folder, and pieces in it; an instance to bring them to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counting_proxy import CountingProxy, counting_proxy
from tests.support.custom_pieces import IMPORTS, write_workspace
from tests.support.instance import Instance, running_instance
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


@pytest.fixture
def custom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of custom pieces in a workspace that is the current folder."""
    folder = write_workspace(tmp_path / "workspace")
    monkeypatch.chdir(tmp_path / "workspace")
    monkeypatch.setenv(IMPORTS, str(tmp_path / "imported"))
    return folder


@pytest.fixture
def name(tmp_path: Path) -> str:
    """A name for a piece that no other test uses."""
    return re.sub("[^a-z0-9]+", "-", tmp_path.name.lower()).strip("-")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One for the module; each test uses names of pieces of its own."""
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture
def proxy(instance: Instance) -> Iterator[CountingProxy]:
    with counting_proxy(instance) as proxy:
        yield proxy


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy instance is asked again at once."""
    monkeypatch.setattr("pieces_cli.publishing.client.WAITS_S", (0.0, 0.0, 0.0))
