"""An instance that is killed at any moment of a storm of publishes has versions whole, or not."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.support.preloaded import ForkedInstance, Preloaded, preloaded
from tests.support.publishers import Publication, Publisher, make_publication, rows

KILLS = 25
"""Of an instance on each of the two databases."""
PUBLISHERS = 6
LONGEST_STORM_S = 0.12
NAME = "piece-killed"

WHOLE = f"""
SELECT wheels.version, wheels.sha256, wheels.size_bytes, count(pieces.id),
       count(core_metadata.content), count(audit.id)
FROM wheels
LEFT JOIN pieces ON pieces.distribution = wheels.distribution AND pieces.version = wheels.version
LEFT JOIN core_metadata ON core_metadata.distribution = wheels.distribution
      AND core_metadata.version = wheels.version
LEFT JOIN audit ON audit.subject = '{NAME} ' || wheels.version
WHERE wheels.distribution = '{NAME}'
GROUP BY wheels.version, wheels.sha256, wheels.size_bytes
"""
PIECES = f"SELECT count(*) FROM pieces WHERE distribution = '{NAME}'"
AUDIT = f"SELECT count(*) FROM audit WHERE subject LIKE '{NAME} %'"
FILES = "SELECT sha256 FROM wheels"


class Storm:
    """Publishers who go on until the instance is gone, each version but once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._numbers = count()
        self.published: dict[str, Publication] = {}
        """By version: those that are acknowledged, or were found after a restart."""
        self.acknowledged: list[Publication] = []
        """Those of the storm."""
        self.unanswered: list[Publication] = []

    async def rage(self, instance: ForkedInstance, seconds: float) -> None:
        """Publish, kill the instance that long after the storm began, and see all that came."""
        self.acknowledged, self.unanswered = [], []
        publishers = [
            await Publisher.connected(instance.url, instance.key) for _ in range(PUBLISHERS)
        ]
        publishing = [asyncio.create_task(self._publish(publisher)) for publisher in publishers]
        await asyncio.sleep(seconds)
        instance.kill()
        await asyncio.gather(*publishing)
        self.published |= {each.version: each for each in self.acknowledged}

    async def _publish(self, publisher: Publisher) -> None:
        while True:
            size_bytes = self._chance.choice([100, 10_000, 100_000])
            version = f"1.0.{next(self._numbers)}"
            publication = make_publication(NAME, version, self._chance, size_bytes)
            try:
                status = await publisher.publish(publication)
            except ConnectionError:
                self.unanswered.append(publication)
                publisher.close()
                return
            assert status == 201
            self.acknowledged.append(publication)


class Restarted:
    """An instance after a kill, and what it has."""

    def __init__(
        self,
        instance: ForkedInstance,
        data_folder: Path,
        database: Mapping[str, str],
        client: httpx.Client,
    ) -> None:
        self._instance = instance
        self._data_folder = data_folder
        self._database = database
        self._client = client

    def assert_stored(self, published: Mapping[str, Publication]) -> None:
        """Rows, files and the index's page have these versions, each whole, and no others."""
        found = self._rows(WHOLE)
        expected = {
            (each.version, each.sha256, len(each.wheel), 1, 1, 1) for each in published.values()
        }
        assert set(found) == expected
        assert len(found) == len(expected)
        assert self._rows(PIECES) == self._rows(AUDIT) == [(len(published),)]
        files = sorted(self._data_folder.glob("wheels/*/*"))
        assert {(path.stem,) for path in files} == set(self._rows(FILES))
        assert all(path.stem == hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
        assert list((self._data_folder / "incoming").iterdir()) == []
        links = re.findall(r'href="[^"]*?([^/"]+\.whl)#sha256=([0-9a-f]+)"', self._page())
        assert Counter(links) == Counter(
            (each.filename, each.sha256) for each in published.values()
        )

    def assert_served(self, publication: Publication) -> None:
        """The API and the package index have the version, and its file byte by byte."""
        piece = self._get(f"/api/v1/pieces/{NAME}?version={publication.version}")
        assert piece.json()["sha256"] == publication.sha256
        file = self._get(f"/simple/{NAME}/{publication.filename}")
        assert file.content == publication.wheel

    def has(self, publication: Publication) -> bool:
        """Whether the API has the version."""
        path = f"/api/v1/pieces/{NAME}?version={publication.version}"
        return self._get(path).status_code == 200

    async def publish_again(self, publications: Sequence[Publication]) -> list[int]:
        """Publish them all at once, and return the statuses."""
        url, key = self._instance.url, self._instance.key
        publishers = [await Publisher.connected(url, key) for _ in publications]
        statuses = await asyncio.gather(*map(Publisher.publish, publishers, publications))
        for publisher in publishers:
            publisher.close()
        return statuses

    def _get(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._instance.key}"}
        return self._client.get(f"{self._instance.url}{path}", headers=headers)

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        return rows(self._data_folder, self._database, query)

    def _page(self) -> str:
        return self._get(f"/simple/{NAME}/").text


@pytest.fixture(scope="module")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preloaded]:
    with preloaded(tmp_path_factory.mktemp("preloaded")) as started:
        yield started


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as opened:
        yield opened


def files_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("wheels/*/*")}


async def test_whatever_moment_it_is_killed_at_versions_are_whole_or_absent(
    starting: Preloaded, client: httpx.Client, database: dict[str, str], tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # shown when the test fails
    chance = random.Random(seed)
    storm = Storm(chance)
    hit: Counter[str] = Counter()
    instance = starting.start(tmp_path, **database)

    for _ in range(KILLS):
        await storm.rage(instance, chance.uniform(0, LONGEST_STORM_S))

        hit["receiving"] += any((tmp_path / "incoming").iterdir())
        left = files_in(tmp_path)
        instance = starting.start(tmp_path, key=instance.key, **database)
        hit["between file and row"] += left > files_in(tmp_path)
        restarted = Restarted(instance, tmp_path, database, client)
        found = {each.version: each for each in storm.unanswered if restarted.has(each)}
        hit["between row and answer"] += bool(found)
        storm.published |= found
        restarted.assert_stored(storm.published)
        for publication in storm.acknowledged:
            restarted.assert_served(publication)
        statuses = await restarted.publish_again(storm.unanswered)
        assert statuses == [409 if each.version in found else 201 for each in storm.unanswered]
        storm.published |= {each.version: each for each in storm.unanswered}

    restarted = Restarted(instance, tmp_path, database, client)
    restarted.assert_stored(storm.published)
    for publication in storm.published.values():
        restarted.assert_served(publication)
    instance.kill()
    print(f"{KILLS} kills, {len(storm.published)} versions; hit {dict(hit)}")
    assert min(hit.values()) > 0
    assert len(hit) == 3
