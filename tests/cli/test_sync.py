"""`pieces sync`, also `sync-pieces`, against a real instance behind a proxy that counts."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from pieces_cli.main import sync_pieces
from tests.support.command import Command, pieces_command
from tests.support.counting_proxy import CountingProxy
from tests.support.custom_pieces import write_piece
from tests.support.instance import Instance
from tests.support.scaffolding import pieces, snapshot

PRESENT = "POST /api/v1/pieces/present"


def imported(tmp_path: Path) -> list[str]:
    """The pieces that were imported since the last time."""
    path = tmp_path / "imported"
    names = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def sync(proxy: CountingProxy, instance: Instance, *args: str) -> Result:
    proxy.requests.clear()
    return pieces("sync", "--api-url", proxy.url, *args, AP_API_KEY=instance.key)


@contextmanager
def held_sync(
    proxy: CountingProxy, instance: Instance, custom: Path, *args: str, after: int = 0
) -> Generator[Command]:
    """Run it in a process of its own, one piece at a time; the upload after so many is held back.

    It is held when the block begins, until `proxy.release` or the block's end.
    """
    proxy.held_from = after
    options = ["--concurrency", "1", "--api-url", proxy.url, *args]
    with pieces_command("sync", *options, cwd=custom, AP_API_KEY=instance.key) as command:
        assert proxy.holding.wait(60)
        yield command
    proxy.held_from = None
    proxy.release.set()


def outcomes(result: Result) -> dict[str, str]:
    """The outcome of each piece, as `--json` says it."""
    return {each["piece"]: each["outcome"] for each in json.loads(result.stdout)["data"]["pieces"]}


def test_every_piece_is_uploaded_the_first_time(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(12):
        write_piece(custom, f"{name}-{number}")

    result = sync(proxy, instance)

    assert result.exit_code == 0, result.output
    assert result.stdout.count("0.1.0    uploaded\n") == 12
    assert (proxy.requests.count(PRESENT), proxy.uploads, len(proxy.requests)) == (1, 12, 13)
    listed = httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers).json()
    assert len([each for each in listed if each["name"].startswith(f"piece-{name}-")]) == 12


def test_the_second_time_there_is_one_request_and_no_build(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str, tmp_path: Path
) -> None:
    for number in range(3):
        write_piece(custom, f"{name}-{number}")
    sync(proxy, instance)
    before = snapshot(custom.parents[1])
    assert len(imported(tmp_path)) == 3

    result = sync(proxy, instance)

    assert result.exit_code == 0
    assert result.stdout.count("already there") == 3
    assert proxy.requests == [PRESENT]
    assert imported(tmp_path) == []
    assert snapshot(custom.parents[1]) == before


def test_one_that_changed_is_one_upload(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str, tmp_path: Path
) -> None:
    for number in range(3):
        write_piece(custom, f"{name}-{number}")
    sync(proxy, instance)
    imported(tmp_path)
    write_piece(custom, f"{name}-1", version="0.1.1", imports="import json\n")

    result = sync(proxy, instance, "--json")

    assert outcomes(result) == {
        f"{name}-0": "already there",
        f"{name}-1": "uploaded",
        f"{name}-2": "already there",
    }
    assert imported(tmp_path) == [f"{name}-1"]
    assert proxy.uploads == 1


@pytest.mark.parametrize(
    ("actions", "following"),
    [
        pytest.param(["make"], "0.1.1", id="code"),
        pytest.param(["make", "take"], "0.2.0", id="feature"),
    ],
)
def test_a_changed_piece_without_a_new_version_is_told_the_next_one(
    proxy: CountingProxy,
    instance: Instance,
    custom: Path,
    name: str,
    actions: list[str],
    following: str,
) -> None:
    write_piece(custom, name)
    sync(proxy, instance)
    write_piece(custom, name, actions=actions, imports="import json\n")

    result = sync(proxy, instance)

    assert result.exit_code == 1
    assert f"failed: the instance has `piece-{name}` 0.1.0 with other content" in result.stdout
    assert f"set `version` to {following} or higher" in result.stderr
    assert proxy.uploads == 0


def test_a_break_without_its_bump_is_refused(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"], version="1.0.0")
    sync(proxy, instance)
    write_piece(custom, name, actions=["make"], version="1.1.0")

    result = sync(proxy, instance)

    assert result.exit_code == 1
    assert f"error: `piece-{name}`: `1.1.0` cannot follow `1.0.0`: a breaking" in result.stderr
    assert "hint: name it 2.0.0 or later" in result.stderr
    assert not list((custom.parents[1] / "dist").glob("*1.1.0*"))


def test_an_allowed_break_is_recorded_and_other_versions_are_not(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"])
    sync(proxy, instance)
    write_piece(custom, name, version="0.1.1")
    write_piece(custom, f"{name}-b")

    result = sync(proxy, instance, "--allow-breaking", " nobody took it ")

    assert result.exit_code == 0, result.output
    url = f"{instance.url}/api/v1/pieces/piece-{name}"
    broken = httpx.get(url, headers=instance.headers).json()
    assert broken["breakingReason"] == "nobody took it"
    assert "breakingReason" not in httpx.get(f"{url}-b", headers=instance.headers).json()


@pytest.mark.parametrize(
    "args", [["-p", "{0}-0", "{0}-2"], ["-p", "{0}-0", "-p", "piece-{0}-2"], ["{0}-0", "{0}-2"]]
)
def test_pieces_may_be_chosen(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str, args: list[str]
) -> None:
    for number in range(3):
        write_piece(custom, f"{name}-{number}")

    result = sync(proxy, instance, "--dry-run", "--json", *(each.format(name) for each in args))

    assert list(outcomes(result)) == [f"{name}-0", f"{name}-2"]


def test_a_dry_run_builds_and_uploads_nothing(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name)

    result = sync(proxy, instance, "--dry-run")

    assert result.exit_code == 0
    assert f"{name}  0.1.0    would be uploaded\n" in result.stdout
    assert proxy.requests == [PRESENT]
    assert not (custom.parents[1] / "dist").exists()


def test_a_dry_run_finds_what_would_be_refused(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"])
    sync(proxy, instance)
    write_piece(custom, name, version="0.1.1")

    result = sync(proxy, instance, "--dry-run")

    assert result.exit_code == 1
    assert "hint: name it 0.2.0 or later" in result.stderr


def test_uploads_run_at_the_same_time(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(2):
        write_piece(custom, f"{name}-{number}")
    proxy.meeting = threading.Barrier(2)

    result = sync(proxy, instance, "--concurrency", "2")

    assert result.exit_code == 0, result.output
    assert proxy.uploads == 2


def test_it_is_a_command_of_its_own(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name)

    result = CliRunner().invoke(
        sync_pieces, ["--dry-run", "--apiUrl", f"{proxy.url}/api"], env={"AP_API_KEY": instance.key}
    )

    assert result.exit_code == 0
    assert proxy.requests == [PRESENT]


def test_after_being_killed_the_next_run_uploads_the_rest(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(4):
        write_piece(custom, f"{name}-{number}")
    with held_sync(proxy, instance, custom, after=2) as command:
        command.send(signal.SIGKILL)
        command.end()

    result = sync(proxy, instance, "--json")

    assert result.exit_code == 0, result.output
    assert list(outcomes(result).values())[:2] == ["already there"] * 2
    assert outcomes(result)[f"{name}-3"] == "uploaded"


def test_after_ctrl_c_the_running_upload_ends_and_no_other_begins(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(3):
        write_piece(custom, f"{name}-{number}")
    with held_sync(proxy, instance, custom) as command:
        command.send(signal.SIGINT)
        proxy.release.set()
        exit_code, said = command.end()

    assert exit_code == 130
    assert said.count("uploaded") == 1
    assert said.count("not reached") == 2
    assert command.said[-1] == "aborted"
    dist = [path.name for path in (custom.parents[1] / "dist").iterdir()]
    assert all(path.endswith(".whl") for path in dist)


def test_a_second_ctrl_c_still_says_what_became_of_each(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(2):
        write_piece(custom, f"{name}-{number}")
    with held_sync(proxy, instance, custom, "--json") as command:
        command.send(signal.SIGINT)
        command.wait_for("stopping: ")
        command.send(signal.SIGINT)
        command.wait_for("aborted")
        exit_code, said = command.end()  # though the instance has not answered

    document = json.loads(said)
    assert exit_code == 130
    assert [each["outcome"] for each in document["data"]["pieces"]] == ["cut off", "not reached"]
    assert [each["rule"] for each in document["problems"]] == ["aborted"]


def test_sigterm_does_not_wait_for_an_instance_that_does_not_answer(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name)
    with held_sync(proxy, instance, custom) as command:
        command.send(signal.SIGTERM)
        exit_code, _ = command.end()

    assert exit_code == 143


def test_a_key_that_may_not_publish_is_an_error_of_the_whole_run(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for number in range(2):
        write_piece(custom, f"{name}-{number}")
    url = f"{instance.url}/api/v1/api-keys"
    asked = {"displayName": name, "scope": "read"}
    key = httpx.post(url, json=asked, headers=instance.headers).json()["value"]

    result = pieces("sync", "--concurrency", "1", "--api-url", proxy.url, AP_API_KEY=key)

    assert (result.exit_code, result.stdout) == (77, "")
    assert result.stderr.count("error: ") == 1
    assert proxy.uploads == 1
