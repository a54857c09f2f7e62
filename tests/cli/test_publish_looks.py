"""`pieces publish` and what it asks a real instance before it uploads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from pieces_cli.publishing.client import InstanceClient
from pieces_cli.publishing.presence import PresentQuery
from pieces_cli.publishing.refusals import InstanceApiError
from pieces_framework.artifact import read_piece_wheel
from pieces_framework.versions import Version
from tests.support.counting_proxy import CountingProxy
from tests.support.custom_pieces import write_piece
from tests.support.instance import Instance
from tests.support.scaffolding import pieces, snapshot

PRESENT = "POST /api/v1/pieces/present"


@pytest.fixture
def client(instance: Instance) -> Iterator[InstanceClient]:
    with InstanceClient(api_url=f"{instance.url}/api", key=instance.key) as client:
        yield client


def publish(proxy: CountingProxy, instance: Instance, name: str, *args: str) -> Result:
    proxy.requests.clear()
    options = ["--name", name, "--api-url", proxy.url, *args]
    return pieces("publish", *options, AP_API_KEY=instance.key)


def test_what_is_there_is_neither_built_nor_uploaded(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name)
    publish(proxy, instance, name)
    before = snapshot(custom.parents[1])

    result = publish(proxy, instance, name)

    assert result.exit_code == 0
    assert result.stdout == f"Piece 'piece-{name}' and '0.1.0' already published.\n"
    assert proxy.requests == [PRESENT]
    assert snapshot(custom.parents[1]) == before


def test_other_content_is_told_the_version_that_its_changes_ask_for(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"], version="1.0.0")
    publish(proxy, instance, name)
    write_piece(custom, name, actions=["make"], version="1.0.0")

    result = publish(proxy, instance, name)

    assert result.exit_code == 1
    assert result.stderr == (
        f"error: the instance has `piece-{name}` 1.0.0 with other content\n"
        "hint: a version is published once: set `version` to 2.0.0 or higher\n"
    )
    assert proxy.uploads == 0


def test_a_break_without_its_bump_is_refused_with_the_lowest_version(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"])
    publish(proxy, instance, name)
    write_piece(custom, name, version="0.1.1")

    result = publish(proxy, instance, name)

    assert result.exit_code == 1
    assert f"error: `piece-{name}`: `0.1.1` cannot follow `0.1.0`: a breaking" in result.stderr
    assert "`actions.take`" in result.stderr
    assert "hint: name it 0.2.0 or later" in result.stderr
    assert "--allow-breaking REASON" in result.stderr
    assert proxy.uploads == 0


def test_an_allowed_break_is_published_with_its_reason(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"])
    publish(proxy, instance, name)
    write_piece(custom, name, version="0.1.1")

    result = publish(proxy, instance, name, "--allow-breaking", "nobody took it")

    assert result.exit_code == 0, result.output
    detail = httpx.get(f"{instance.url}/api/v1/pieces/piece-{name}", headers=instance.headers)
    assert (detail.json()["version"], detail.json()["breakingReason"]) == (
        "0.1.1",
        "nobody took it",
    )


def test_a_changed_version_below_a_newer_one_is_told_one_above_that(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for version in ("0.1.0", "0.3.0"):
        write_piece(custom, name, version=version)
        publish(proxy, instance, name)
    write_piece(custom, name, version="0.1.0", imports="import json\n")

    result = publish(proxy, instance, name)

    assert "set `version` to 0.3.1 or higher" in result.stderr


def test_the_version_that_is_named_is_not_taken(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    for version in ("0.1.0", "0.2.0"):
        write_piece(custom, name, version=version)
        publish(proxy, instance, name)
    write_piece(custom, name, version="0.1.6", actions=["make", "take"])

    result = publish(proxy, instance, name)

    assert result.exit_code == 1
    assert "hint: 0.2.0 is taken: name it 0.3.0 or later" in result.stderr


def test_a_version_below_all_others_is_compared_with_none(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, version="1.0.0")
    publish(proxy, instance, name)
    write_piece(custom, name, version="0.9.0", actions=[])

    result = publish(proxy, instance, name)

    assert result.exit_code == 0, result.output


def test_a_program_is_told_in_one_document(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name)

    result = publish(proxy, instance, name, "--json")

    document = json.loads(result.stdout)
    assert (document["schema"], document["ok"]) == ("pieces.publish/1", True)
    assert document["data"]["outcome"] == "published"
    assert document["data"]["version"] == "0.1.0"


def test_a_published_version_reads_back_as_its_wheel_says(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str, client: InstanceClient
) -> None:
    write_piece(custom, name, actions=["make", "take"])
    publish(proxy, instance, name)
    write_piece(custom, name, version="0.1.1")
    publish(proxy, instance, name, "--allow-breaking", "nobody took it")

    old = client.published(f"piece-{name}", Version(0, 1, 0))
    newest = client.newest(f"piece-{name}")

    wheels = sorted(Path("dist").iterdir())
    for found, wheel in zip((old, newest), wheels, strict=True):
        piece = read_piece_wheel(wheel).piece
        assert found is not None
        assert (found.metadata, found.source_digest) == (piece.metadata, piece.source_digest)
        assert found.version == piece.version


def test_what_was_withdrawn_counts_all_the_same_and_the_reason_is_said(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str, client: InstanceClient
) -> None:
    for version in ("0.1.0", "0.1.1"):
        write_piece(custom, name, version=version)
        publish(proxy, instance, name)
    versions = f"{instance.url}/api/v1/pieces/piece-{name}/versions"
    reason = {"reason": "it melts"}
    for withdrawal in ("0.1.1/yank", "0.1.0/deprecation"):
        url = f"{versions}/{withdrawal}"
        httpx.put(url, json=reason, headers=instance.headers).raise_for_status()

    newest = client.newest(f"piece-{name}")
    before = client.published(f"piece-{name}", Version(0, 1, 0))

    wheels = sorted(Path("dist").iterdir())
    for found, wheel, withdrawal in zip(
        (before, newest), wheels, ("deprecated", "yanked"), strict=True
    ):
        piece = read_piece_wheel(wheel).piece
        assert found is not None
        assert (found.version, found.metadata) == (piece.version, piece.metadata)
        assert found.origin == f"`{instance.url}/api` ({withdrawal}: it melts)"


def test_a_break_shows_though_no_release_can_run_the_version_before(
    proxy: CountingProxy, instance: Instance, custom: Path, name: str
) -> None:
    write_piece(custom, name, actions=["make", "take"], release="99.0.0")
    publish(proxy, instance, name)
    write_piece(custom, name, actions=["make"], release="99.0.0", version="0.1.1")

    result = publish(proxy, instance, name)

    assert result.exit_code == 1
    assert "`0.1.1` cannot follow `0.1.0`: a breaking change at `actions.take`" in result.stderr
    assert proxy.uploads == 0


def test_what_is_not_published_has_no_newest_version(client: InstanceClient) -> None:
    assert client.newest("piece-nowhere") is None


def test_an_address_without_an_instance_is_no_missing_piece(instance: Instance) -> None:
    client = InstanceClient(api_url=f"{instance.url}/elsewhere", key=instance.key)

    with client, pytest.raises(InstanceApiError, match=r"0\.1\.0 could not be read \(404\)"):
        client.published("piece-nowhere", Version(0, 1, 0))


def test_more_pieces_than_one_question_holds_are_asked_in_several(
    proxy: CountingProxy, instance: Instance
) -> None:
    asked = [
        PresentQuery(distribution=f"piece-{number}", version="0.1.0", source_digest="d" * 64)
        for number in range(1001)
    ]

    with InstanceClient(api_url=f"{proxy.url}/api", key=instance.key) as client:
        found = client.present(asked)

    assert [each.distribution for each in found] == [each.distribution for each in asked]
    assert proxy.requests == [PRESENT, PRESENT]
