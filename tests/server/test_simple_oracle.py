"""The package index beside another implementation of the same standards, simple-repository."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import cast

import httpx
import pytest
from simple_repository import model, parser, serializer

from tests.server.test_simple import Links
from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files

JSON = "application/vnd.pypi.simple.v1+json"
NAME = "piece-gelato"
VERSIONS = ("0.1.0", "0.2.0", "0.9.0", "0.10.0")
REASON = 'melts in "hot" <countries> & ünder the sun'
OUR_VERSION = "1.4"
ITS_VERSION = "1.1"
"""Ours has what PEP 792 added, which it does not know; it writes whatever version it is given."""


def withdraw(instance: Instance, version: str, how: str, reason: str, name: str = NAME) -> None:
    url = f"{instance.url}/api/v1/pieces/{name}/versions/{version}/{how}"
    answer = httpx.put(url, headers=instance.headers, json={"reason": reason})
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The published wheels by their versions; filled by `instance`."""
    return {}


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], database: dict[str, str]
) -> Iterator[Instance]:
    """An instance with versions that are yanked for a reason, and for none."""
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        for version in VERSIONS:
            files[version] = build_wheel(
                folder, version=version, module=f"VALUE = {version!r}\n"
            ).read_bytes()
            assert publish(started, files[version], version=version).status_code == 201
        withdraw(started, "0.1.0", "yank", REASON)
        withdraw(started, "0.2.0", "yank", "")
        withdraw(started, "0.9.0", "deprecation", "old")
        yield started


def page(instance: Instance, path: str, accept: str) -> str:
    headers = {**instance.headers, "Accept": accept}
    return httpx.get(f"{instance.url}/simple/{path}", headers=headers).text


def filename(version: str) -> str:
    return f"piece_gelato-{version}-py3-none-any.whl"


def expected_files(files: Mapping[str, bytes]) -> tuple[model.File, ...]:
    """What the index should say, as the other implementation models it."""
    yanked: dict[str, str | bool] = {"0.1.0": REASON, "0.2.0": True}
    return tuple(
        model.File(
            filename=filename(version),
            url=filename(version),
            hashes={"sha256": hashlib.sha256(files[version]).hexdigest()},
            requires_python=">=3.11",
            dist_info_metadata={"sha256": hashlib.sha256(metadata(version)).hexdigest()},
            yanked=yanked.get(version),
            size=len(files[version]),
        )
        for version in VERSIONS
    )


def metadata(version: str) -> bytes:
    files = wheel_files(NAME, version)
    return str(files[f"piece_gelato-{version}.dist-info/METADATA"]).encode()


def test_it_reads_the_json_of_a_name_as_it_is_meant(
    instance: Instance, files: dict[str, bytes]
) -> None:
    detail = parser.parse_json_project_page(page(instance, f"{NAME}/", JSON))

    assert detail.meta.api_version == OUR_VERSION
    assert detail.name == NAME
    assert detail.versions == frozenset(VERSIONS)
    assert [replace(file, upload_time=None) for file in detail.files] == [*expected_files(files)]


def test_upload_times_are_the_present_in_utc(instance: Instance) -> None:
    detail = parser.parse_json_project_page(page(instance, f"{NAME}/", JSON))

    times = [file.upload_time for file in detail.files if file.upload_time is not None]
    assert len(times) == len(VERSIONS)
    assert times == sorted(times)
    for time in times:
        age = datetime.now(UTC) - time.replace(tzinfo=UTC)
        assert 0 <= age.total_seconds() < 600


def test_it_reads_the_html_of_a_name_as_it_is_meant(
    instance: Instance, files: dict[str, bytes]
) -> None:
    detail = parser.parse_html_project_page(page(instance, f"{NAME}/", "text/html"), NAME)

    # HTML has no sizes: PEP 700 adds them to JSON only.
    assert detail.files == tuple(replace(file, size=None) for file in expected_files(files))


def test_it_reads_the_names_alike_in_both_forms(instance: Instance) -> None:
    from_json = parser.parse_json_project_list(page(instance, "", JSON))
    from_html = parser.parse_html_project_list(page(instance, "", "text/html"))

    names = {project.name for project in from_json.projects}
    assert {NAME, "piecekit"} <= names
    assert names == {project.name for project in from_html.projects}


def test_the_json_of_a_name_is_what_it_writes(instance: Instance, files: dict[str, bytes]) -> None:
    ours = cast("dict[str, object]", json.loads(page(instance, f"{NAME}/", JSON)))
    its = json.loads(serializer.SerializerJsonV1().serialize_project_page(detail_of(files)))

    # It writes times to the second, we to the millisecond; and it sorts no versions.
    for file in cast("Sequence[dict[str, str]]", ours["files"]):
        assert file.pop("upload-time").endswith("Z")
    its["versions"] = sorted(its["versions"], key=VERSIONS.index)
    assert ours == {**its, "meta": {"api-version": OUR_VERSION}}


def test_the_links_of_a_name_are_what_it_writes(
    instance: Instance, files: dict[str, bytes]
) -> None:
    # It does not escape reasons, so it is given one that is.
    detail = detail_of(files)
    escaped = replace(detail.files[0], yanked=escape(REASON))
    detail = replace(detail, files=(escaped, *detail.files[1:]))

    ours = Links(page(instance, f"{NAME}/", "text/html"))
    its = Links(serializer.SerializerHtmlV1().serialize_project_page(detail))

    assert ours.texts == its.texts
    for link in ours.attributes:
        # The old name of core metadata, for older installers: PEP 714. It writes the new one only.
        assert link.pop("data-dist-info-metadata") == link["data-core-metadata"]
    assert ours.attributes == its.attributes


def test_the_json_of_all_names_is_what_it_writes(instance: Instance) -> None:
    ours = page(instance, "", JSON)
    listed = parser.parse_json_project_list(ours)

    its = json.loads(serializer.SerializerJsonV1().serialize_project_list(listed))

    assert sorted(its.pop("projects"), key=str) == json.loads(ours)["projects"]
    assert its == {"meta": {"api-version": OUR_VERSION}}


def test_each_address_that_it_finds_leads_to_the_bytes_of_the_hash(instance: Instance) -> None:
    detail = parser.parse_json_project_page(page(instance, f"{NAME}/", JSON))
    base = httpx.URL(f"{instance.url}/simple/{NAME}/")

    for file in detail.files:
        address = base.join(file.url)
        assert isinstance(file.dist_info_metadata, Mapping)
        for url, hashes in (
            (address, file.hashes),
            (f"{address}.metadata", file.dist_info_metadata),
        ):
            content = httpx.get(url, headers=instance.headers).content
            assert hashlib.sha256(content).hexdigest() == hashes["sha256"]


def test_a_name_is_deprecated_once_all_versions_are_that_are_not_yanked(
    instance: Instance, tmp_path: Path
) -> None:
    name = "piece-sorbet"
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        content = build_wheel(tmp_path, name, version).read_bytes()
        assert publish(instance, content, name=name, version=version).status_code == 201
    withdraw(instance, "0.1.0", "deprecation", "first", name)
    withdraw(instance, "0.3.0", "yank", "", name)
    assert "project-status" not in json.loads(page(instance, f"{name}/", JSON))

    withdraw(instance, "0.2.0", "deprecation", REASON, name)

    status = json.loads(page(instance, f"{name}/", JSON))["project-status"]
    metas = Links(page(instance, f"{name}/", "text/html")).metas
    assert status == {"status": "deprecated", "reason": REASON}
    assert metas["pypi:project-status"] == "deprecated"
    assert metas["pypi:project-status-reason"] == REASON


def test_a_version_that_is_brought_back_is_offered_again(
    instance: Instance, tmp_path: Path
) -> None:
    name = "piece-granita"
    content = build_wheel(tmp_path, name).read_bytes()
    assert publish(instance, content, name=name).status_code == 201
    withdraw(instance, "0.1.0", "yank", "", name)
    assert json.loads(page(instance, f"{name}/", JSON))["files"][0]["yanked"] is True

    url = f"{instance.url}/api/v1/pieces/{name}/versions/0.1.0/yank"
    assert httpx.delete(url, headers=instance.headers).status_code == 200

    assert "yanked" not in json.loads(page(instance, f"{name}/", JSON))["files"][0]


def detail_of(files: Mapping[str, bytes]) -> model.ProjectDetail:
    """What the other implementation is given to write."""
    return model.ProjectDetail(model.Meta(ITS_VERSION), NAME, expected_files(files))
