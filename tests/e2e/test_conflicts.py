"""Two pieces that pin conflicting versions of one dependency, each in its own environment."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.road import clean_environment, tool
from tests.support.instance import Instance, launched_instance

VERSIONS = {"six-old": "1.16.0", "six-new": "1.17.0"}


def run(
    *command: str | Path, cwd: Path, key: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(AP_API_KEY=key),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Generator[Instance]:
    """An instance that has both pieces."""
    folder = tmp_path_factory.mktemp("conflicts")
    with launched_instance(folder / "data") as instance:
        run("pieces", "init", "workspace", cwd=folder)
        for name, version in VERSIONS.items():
            add_piece(folder / "workspace", name, version)
            publish = ("publish-piece-to-api", "--name", name, "--api-url", instance.url)
            run(*publish, cwd=folder / "workspace", key=instance.key)
        yield instance


def add_piece(workspace: Path, name: str, version: str) -> None:
    """Make a piece whose action tells the version of the dependency it runs with."""
    run("pieces", "create", "--name", name, "--type", "custom", cwd=workspace)
    create = ("--piece", name, "--name", "version", "--description", "Tells it.")
    run("actions", "create", *create, cwd=workspace)
    folder = workspace / "pieces" / "custom" / name
    project = folder / "pyproject.toml"
    declared = project.read_text()
    assert "dependencies = [\n" in declared
    project.write_text(
        declared.replace("dependencies = [\n", f'dependencies = [\n    "six=={version}",\n', 1)
    )
    (folder / f"piece_{name.replace('-', '_')}" / "actions" / "version.py").write_text(
        textwrap.dedent("""
            from pieces_framework import ActionContext, create_action

            @create_action(name="version", display_name="Version", description="Tells it.")
            async def version(context: ActionContext) -> str:
                import six

                return six.__version__
        """)
    )


def new_environment(folder: Path) -> Path:
    run(tool("uv"), "venv", "--python", sys.executable, folder, cwd=folder.parent)
    return folder


def install(environment: Path, index_url: str, *names: str) -> subprocess.CompletedProcess[str]:
    command = (tool("uv"), "pip", "install", "--python", environment / "bin" / "python")
    index = ("--extra-index-url", index_url)
    return run(*command, *index, *names, cwd=environment, check=False)


@pytest.mark.parametrize(("name", "version"), VERSIONS.items(), ids=VERSIONS)
def test_each_piece_runs_with_the_version_it_pins(
    instance: Instance, tmp_path: Path, name: str, version: str
) -> None:
    environment = new_environment(tmp_path / "environment")
    installed = install(environment, instance.index_url, f"piece-{name}", "piecekit")
    assert installed.returncode == 0, installed.stderr

    done = run(environment / "bin" / "pieces", "run", name, "version", cwd=tmp_path)

    assert json.loads(done.stdout) == version


def test_one_common_environment_cannot_hold_both(instance: Instance, tmp_path: Path) -> None:
    environment = new_environment(tmp_path / "environment")

    refused = install(environment, instance.index_url, *(f"piece-{name}" for name in VERSIONS))

    assert refused.returncode != 0
    assert "six==1.16.0" in refused.stderr
    assert not list(environment.glob("lib/*/site-packages/piece_six_*"))
