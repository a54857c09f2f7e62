"""The loop of a release against a real instance: change, diff, version, publish."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.scaffolding import add_action, add_comment, made, pieces, set_version


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Generator[Instance]:
    with running_instance(tmp_path_factory.mktemp("data")) as instance:
        yield instance


@pytest.fixture
def configured(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """The instance, as the one of the environment."""
    monkeypatch.setenv("AP_API_URL", instance.url)
    monkeypatch.setenv("AP_API_KEY", instance.key)
    return instance


def test_a_release_goes_from_change_to_published(configured: Instance, gelato: Path) -> None:
    new = made("diff")
    made("publish", "--name", "gelato")
    unchanged = made("diff")
    add_action("gelato", "send")
    too_low = pieces("diff")
    raised = made("version", "gelato")
    right = made("diff")
    made("publish", "--name", "gelato")
    published = made("diff")

    address = f"`{configured.url}/api`"
    assert new.stdout.startswith(f"Compared with {address}.\ngelato 0.0.1: new piece\n")
    assert "gelato 0.0.1: unchanged\n" in unchanged.stdout
    assert too_low.exit_code == 65
    assert "gelato 0.0.1: too low: name it 0.1.0\n  Features (1)" in too_low.stdout
    assert raised.stdout.startswith("gelato 0.0.1 -> 0.1.0\n")
    assert "gelato 0.0.1 -> 0.1.0: ok\n" in right.stdout
    assert "gelato 0.1.0: unchanged\n" in published.stdout
    assert configured.key not in new.output + right.output


def test_a_number_that_was_yanked_is_taken(configured: Instance, workspace: Path) -> None:
    made("create", "--name", "nougat", "--type", "custom")
    piece = workspace / "pieces" / "custom" / "nougat"
    for version in ("0.0.1", "0.0.2"):
        set_version(piece, version)
        made("publish", "--name", "nougat")
    url = f"{configured.url}/api/v1/pieces/piece-nougat/versions/0.0.2/yank"
    httpx.put(url, json={}, headers=configured.headers).raise_for_status()
    set_version(piece, "0.0.1")
    add_comment(piece)

    refused = pieces("publish", "--name", "nougat")
    too_low = pieces("diff", "nougat")
    made("version", "nougat")
    published = pieces("publish", "--name", "nougat")

    assert "set `version` to 0.0.3 or higher" in refused.stderr
    assert "too low: name it 0.0.3" in too_low.stdout
    assert (published.exit_code, 'version = "0.0.3"' in (piece / "pyproject.toml").read_text()) == (
        0,
        True,
    )


def test_what_an_instance_answers_is_what_the_wheel_declares(
    configured: Instance, workspace: Path
) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    add_action("sorbet", "send")
    made("publish", "--name", "sorbet")
    add_comment(workspace / "pieces" / "custom" / "sorbet")

    result = pieces("diff", "sorbet")

    assert "sorbet 0.0.1: too low: name it 0.0.2\n  Only the code changed;" in result.stdout


def test_a_key_that_the_instance_refuses_is_77(configured: Instance, gelato: Path) -> None:
    result = pieces("diff", AP_API_KEY="sk-wrong")

    assert (result.exit_code, result.stdout) == (77, "")
    assert "sk-wrong" not in result.output
