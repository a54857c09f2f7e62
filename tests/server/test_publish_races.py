"""Versions of one piece that are published at once, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel

VERSIONS = [f"{number}.0.0" for number in range(12)]


@pytest.fixture(scope="module")
def instance(
    database: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        yield started


def test_first_versions_that_race_are_of_one_piece(instance: Instance, tmp_path: Path) -> None:
    wheels = {version: build_wheel(tmp_path, "piece-first", version) for version in VERSIONS}

    def send(version: str) -> httpx.Response:
        content = wheels[version].read_bytes()
        return publish(instance, content, name="piece-first", version=version)

    with ThreadPoolExecutor(len(VERSIONS)) as pool:
        answers = list(pool.map(send, VERSIONS))

    assert [answer.status_code for answer in answers] == [201] * len(VERSIONS)
    models = [answer.json() for answer in answers]
    assert len({model["created"] for model in models}) == 1
    assert models[0]["created"] == min(model["updated"] for model in models)


def test_other_wheels_of_one_version_leave_one_file(instance: Instance, tmp_path: Path) -> None:
    wheels = [
        build_wheel(tmp_path, "piece-raced", module=f"X = {number}\n").read_bytes()
        for number in range(12)
    ]
    before = stored_wheels(instance)

    def send(wheel: bytes) -> httpx.Response:
        return publish(instance, wheel, name="piece-raced")

    with ThreadPoolExecutor(len(wheels)) as pool:
        answers = list(pool.map(send, wheels))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    (winner,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert stored_wheels(instance) - before == {f"{winner['sha256']}.whl"}


def stored_wheels(instance: Instance) -> set[str]:
    return {path.name for path in (instance.data_folder / "wheels").rglob("*.whl")}
