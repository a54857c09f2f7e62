"""Two hundred who publish at the same moment: each version is stored once, and for one of them."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, launched_instance
from tests.support.postgres import Postgres
from tests.support.publishers import Publication, Publisher, make_publication, rows

PUBLISHERS = 200
VERSIONS = 10
CHANCE = random.Random(7)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Processes that share a data folder and a database."""

    instances: Sequence[Instance]
    database: Mapping[str, str]
    key: str

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows(self.instances[0].data_folder, self.database, query)

    async def publish_at_once(self, publications: Sequence[Publication]) -> list[int]:
        """Publish each over a connection of its own, all open before the first sends a byte."""
        urls = cycle(instance.url for instance in self.instances)
        publishers = [await Publisher.connected(next(urls), self.key) for _ in publications]
        answers = map(Publisher.publish, publishers, publications)
        statuses = await asyncio.gather(*answers)
        for publisher in publishers:
            publisher.close()
        return statuses

    def assert_stored(self, expected: Sequence[Publication]) -> None:
        """The index, the files, the audit log and the data folder hold exactly these of a name."""
        name = expected[0].name
        headers = {"Authorization": f"Bearer {self.key}"}
        files = {publication.filename: publication.wheel for publication in expected}
        for instance in self.instances:
            with httpx.Client(base_url=instance.url, headers=headers, timeout=60) as client:
                page = client.get(f"/simple/{name}/").text
                assert Counter(re.findall(r">([^<]+\.whl)<", page)) == Counter(files.keys())
                for filename, wheel in files.items():
                    assert client.get(f"/simple/{name}/{filename}").content == wheel
        subjects = self.rows(f"SELECT subject FROM audit WHERE subject LIKE '{name} %'")
        assert Counter(subjects) == Counter((f"{name} {each.version}",) for each in expected)
        folder = self.instances[0].data_folder
        assert list((folder / "incoming").iterdir()) == []
        kept = {path.stem for path in folder.glob("wheels/*/*.whl")}
        assert kept == {sha256 for (sha256,) in self.rows("SELECT sha256 FROM wheels")}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", 1, 1), id="sqlite"),
        pytest.param(("sqlite", 1, 2), id="sqlite, one instance of two processes"),
        pytest.param(("postgres", 2, 1), id="postgres, two instances"),
    ],
)
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    kind, instances, workers = request.param
    database: dict[str, str] = {}
    if kind == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        database = server.new_database()
    folder: Path = tmp_path_factory.mktemp("data")
    settings = {**database, "AP_SERVER_WORKERS": str(workers)}
    with ExitStack() as running:
        started = [
            running.enter_context(launched_instance(folder, **settings)) for _ in range(instances)
        ]
        yield Deployment(instances=started, database=database, key=started[0].key)


async def test_distinct_versions_published_at_once_are_each_stored_once(
    deployment: Deployment,
) -> None:
    distinct = [
        make_publication("piece-distinct", f"1.0.{number}", CHANCE) for number in range(PUBLISHERS)
    ]

    statuses = await deployment.publish_at_once(distinct)

    assert Counter(statuses) == {201: PUBLISHERS}
    deployment.assert_stored(distinct)


async def test_one_of_those_who_publish_the_same_version_at_once_stores_it(
    deployment: Deployment,
) -> None:
    rivals = [
        make_publication("piece-identical", f"1.0.{number % VERSIONS}", CHANCE)
        for number in range(PUBLISHERS)
    ]

    statuses = await deployment.publish_at_once(rivals)

    assert Counter(statuses) == {201: VERSIONS, 409: PUBLISHERS - VERSIONS}
    winners = [rival for rival, status in zip(rivals, statuses, strict=True) if status == 201]
    assert {winner.version for winner in winners} == {rival.version for rival in rivals}
    deployment.assert_stored(winners)
