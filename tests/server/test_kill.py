"""An instance that is killed at any moment of a publish has the version whole, or not at all."""

from __future__ import annotations

import hashlib
import random
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import wheel_files, write_wheel

ROUNDS = 40
NAME = "piece-killed"


class Publisher:
    """One who publishes to an instance that may die, and looks at what became of it."""

    def __init__(self, client: httpx.Client, chance: random.Random) -> None:
        self._client = client
        self._chance = chance
        self._durations_s: list[float] = []
        self.published: dict[str, str] = {}
        """Hashes by version."""

    @property
    def duration_s(self) -> float:
        """How long a publish takes that is not disturbed."""
        return statistics.median(self._durations_s[-9:])

    def make_wheel(self, folder: Path, version: str) -> bytes:
        """A megabyte that does not compress: its publish takes a while at every stage."""
        data = self._chance.randbytes(1024 * 1024)
        files = wheel_files(NAME, version) | {"piece_killed/data": data}
        return write_wheel(folder / "wheel.whl", files).read_bytes()

    def publish(self, instance: Instance, wheel: bytes, version: str) -> httpx.Response:
        started = time.perf_counter()
        answer = publish(instance, wheel, name=NAME, version=version, client=self._client)
        self._durations_s.append(time.perf_counter() - started)
        return answer

    def publish_under_kill(
        self, instance: Instance, wheel: bytes, version: str, delay_s: float
    ) -> bool:
        """Kill the instance that long after the publish began; whether it was acknowledged."""
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.publish, instance, wheel, version)
            time.sleep(delay_s)
            instance.kill()
        try:
            return answer.result().status_code == 201
        except httpx.TransportError:
            return False

    def found(self, instance: Instance, version: str) -> str:
        """The hash of a version, empty if it is absent; API, index and file agree on it."""
        url = f"{instance.url}/api/v1/pieces/{NAME}?version={version}"
        piece = self._client.get(url, headers=instance.headers)
        assert piece.status_code in {200, 404}
        page = self._client.get(f"{instance.url}/simple/{NAME}/", headers=instance.headers).text
        filename = f"piece_killed-{version}-py3-none-any.whl"
        file = self._client.get(
            f"{instance.url}/simple/{NAME}/{filename}", headers=instance.headers
        )
        if piece.status_code == 404:
            assert filename not in page
            assert file.status_code == 404
            return ""
        sha256 = hashlib.sha256(file.content).hexdigest()
        assert piece.json()["sha256"] == sha256
        assert f'href="{filename}#sha256={sha256}"' in page
        return sha256

    def publish_again(self, instance: Instance, wheel: bytes, version: str) -> None:
        """Publish what may be there already; afterwards it is."""
        sha256 = hashlib.sha256(wheel).hexdigest()
        answer = publish(instance, wheel, name=NAME, version=version, client=self._client)
        assert answer.status_code in {201, 409}
        said = answer.json() if answer.status_code == 201 else answer.json()["params"]
        assert said["sha256"] == sha256
        assert self.found(instance, version) == sha256
        self.published[version] = sha256


def files_in(data_folder: Path) -> set[str]:
    """The hashes that files in the data folder are named by; none may be half written."""
    assert list((data_folder / "incoming").iterdir()) == []
    paths = list((data_folder / "wheels").glob("*/*"))
    for path in paths:
        assert path.name == f"{hashlib.sha256(path.read_bytes()).hexdigest()}.whl"
    return {path.stem for path in paths}


def kill_delays(chance: random.Random) -> list[float]:
    """Parts of a publish's duration, spread evenly over all of it and a while after, shuffled."""
    delays = [1.3 * (number + chance.random()) / ROUNDS for number in range(ROUNDS)]
    chance.shuffle(delays)
    return delays


def test_a_version_is_whole_or_absent_wherever_its_publish_is_killed(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # shown when the test fails
    chance = random.Random(seed)
    data_folder = tmp_path / "data"
    outcomes: Counter[str] = Counter()

    with httpx.Client(timeout=60) as client, ExitStack() as running:
        publisher = Publisher(client, chance)
        instance = running.enter_context(running_instance(data_folder))
        sdk = files_in(data_folder)
        for number in range(5):
            wheel = publisher.make_wheel(tmp_path, f"0.0.{number}")
            publisher.publish(instance, wheel, f"0.0.{number}")
            publisher.publish_again(instance, wheel, f"0.0.{number}")
        for number, delay in enumerate(kill_delays(chance)):
            version = f"1.0.{number}"
            wheel = publisher.make_wheel(tmp_path, version)
            delay_s = delay * publisher.duration_s

            acknowledged = publisher.publish_under_kill(instance, wheel, version, delay_s)

            instance = running.enter_context(running_instance(data_folder, key=instance.key))
            found = publisher.found(instance, version)
            assert found in {"", hashlib.sha256(wheel).hexdigest()}
            assert found or not acknowledged
            whole = {found} - {""}
            assert files_in(data_folder) == sdk | whole | set(publisher.published.values())
            outcomes["acknowledged" if acknowledged else "stored" if found else "absent"] += 1
            publisher.publish_again(instance, wheel, version)
        for version, sha256 in publisher.published.items():
            assert publisher.found(instance, version) == sha256

    print(f"{ROUNDS} kills: {dict(outcomes)}")
    assert outcomes["acknowledged"]
    assert outcomes["absent"]
