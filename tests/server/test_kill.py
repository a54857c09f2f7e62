"""An instance that is killed at any moment of a storm of publishes has versions whole, or not."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, launched_instance, running_instance
from tests.support.postgres import Postgres
from tests.support.publishers import Publication, Publisher, make_publication, rows

KILLS = 25
"""Of an instance on each of the two databases."""
WORKERS_KILLED = 3
"""Of an instance of two."""
WITHIN_S = 40
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

    async def rage(self, instance: Instance, seconds: float) -> None:
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

    async def rage_on(self, instance: Instance, *, kills: int) -> None:
        """Publish, kill one worker after another, and see all that came.

        Whoever loses the connection goes on over another, to whichever worker is there.
        """
        self.acknowledged, self.unanswered = [], []
        over = asyncio.Event()
        publishing = [asyncio.create_task(self._go_on(instance, over)) for _ in range(PUBLISHERS)]
        for _ in range(kills):
            await asyncio.to_thread(self._kill_worker, instance)
        over.set()
        await asyncio.gather(*publishing)
        self.published |= {each.version: each for each in self.acknowledged}

    def _kill_worker(self, instance: Instance) -> None:
        """Kill a worker when some have been served, and wait until another takes its place."""
        before, answered = workers_of(instance), len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) >= answered + PUBLISHERS)
        os.kill(self._chance.choice(sorted(before)), signal.SIGKILL)
        wait_until(lambda: len(workers_of(instance) - before) == 1)

    async def _go_on(self, instance: Instance, over: asyncio.Event) -> None:
        while not over.is_set():
            try:
                publisher = await Publisher.connected(instance.url, instance.key)
            except ConnectionError:
                continue
            await self._publish(publisher, over)

    async def _publish(self, publisher: Publisher, over: asyncio.Event | None = None) -> None:
        while over is None or not over.is_set():
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
        publisher.close()


class Restarted:
    """An instance after a kill, and what it has."""

    def __init__(
        self,
        instance: Instance,
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


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """What is started in the test; at its end, what still runs is stopped."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as opened:
        yield opened


def workers_of(instance: Instance) -> set[int]:
    """The processes that answer requests."""
    pid = instance.process.pid
    found: set[int] = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(int(child))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def make_old(folder: Path) -> None:
    """Let the files that are there be from hours ago: younger ones are not collected."""
    for path in folder.glob("wheels/*/*"):
        os.utime(path, (0, 0))


def files_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("wheels/*/*")}


async def test_whatever_moment_it_is_killed_at_versions_are_whole_or_absent(
    running: ExitStack, client: httpx.Client, database: dict[str, str], tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # shown when the test fails
    chance = random.Random(seed)
    storm = Storm(chance)
    hit: Counter[str] = Counter()
    instance = running.enter_context(running_instance(tmp_path, **database))

    for _ in range(KILLS):
        await storm.rage(instance, chance.uniform(0, LONGEST_STORM_S))

        hit["receiving"] += any((tmp_path / "incoming").iterdir())
        left = files_in(tmp_path)
        make_old(tmp_path)
        again = running_instance(tmp_path, key=instance.key, **database)
        instance = running.enter_context(again)
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
    print(f"{KILLS} kills, {len(storm.published)} versions; hit {dict(hit)}")
    assert min(hit.values()) > 0
    assert len(hit) == 3


async def test_while_workers_are_killed_the_others_lose_nothing(
    running: ExitStack, client: httpx.Client, postgres: Postgres, tmp_path: Path
) -> None:
    """A worker that takes the place of another collects beside those who publish."""
    chance = random.Random(5)
    storm = Storm(chance)
    database = postgres.new_database()
    settings = {**database, "AP_SERVER_WORKERS": "2"}
    instance = running.enter_context(launched_instance(tmp_path, **settings))

    await storm.rage_on(instance, kills=WORKERS_KILLED)
    instance.stop()
    make_old(tmp_path)
    again = running_instance(tmp_path, key=instance.key, **database)
    restarted = Restarted(running.enter_context(again), tmp_path, database, client)

    found = {each.version: each for each in storm.unanswered if restarted.has(each)}
    restarted.assert_stored(storm.published | found)
    for publication in storm.acknowledged:
        restarted.assert_served(publication)
