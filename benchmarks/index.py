"""The package index beside pypiserver and devpi-server: requests and publishes per second.

Run with `python -m benchmarks.index`, which takes some five minutes. The servers take turns, the
client is the same for all and a process of its own; medians are printed, and the ratio of ours to
the quicker peer. Nothing is asserted. The peers have an environment of their own:

    uv venv .venv-benchmarks
    uv pip install --python .venv-benchmarks --require-hashes -r requirements/benchmarks.txt
"""

from __future__ import annotations

import argparse
import io
import itertools
import multiprocessing
import os
import random
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks.http_load import Load, load
from benchmarks.index_servers import NAME, PEERS, Server, devpi, piecekit, pypiserver
from tests.support.publishers import Publication, make_publication
from tests.support.wheels import wheel_files, with_record

CONNECTIONS: Final = 8
ROUNDS: Final = 5
TURN_S: Final = 0.5
PUBLISHES: Final = 150
"""In a turn of a server, at most."""
DURABILITY: Final = """\
What is synced to the disk when an upload is answered:
  piecekit      the file, its folder, and the database's log
  pypiserver    nothing
  devpi-server  the database, as SQLite does it by default; no file
"""
JSON: Final = "application/vnd.pypi.simple.v1+json"
Start: TypeAlias = Callable[[Path, Sequence[Publication]], AbstractContextManager[Server]]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--versions", type=int, nargs="*", default=[10, 10_000])
    options = parser.parse_args()
    if not PEERS.is_dir():
        raise SystemExit("the peers are not installed: benchmarks/index.py says how to")
    print(DURABILITY)
    print(f"{CONNECTIONS} connections kept open, medians of {ROUNDS}, {os.cpu_count()} cores")
    with multiprocessing.get_context("spawn").Pool(1) as client:
        for versions in options.versions:
            measure(versions, client)


def measure(versions: int, client: Pool) -> None:
    """Measure the servers with that many versions of one distribution."""
    spare = PUBLISHES * (ROUNDS + 1)
    chance = random.Random(7)
    wheels = [
        make_publication(NAME, version_of(number), chance) for number in range(versions + spare)
    ]
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        begin = time.perf_counter()

        def started(start: Start) -> Server:
            return running.enter_context(start(Path(name) / start.__name__, wheels[:versions]))

        with ThreadPoolExecutor() as pool:
            servers = list(pool.map(started, (piecekit, pypiserver, devpi)))
        print(f"prepared and started in {time.perf_counter() - begin:.0f} s")
        for server in servers:
            if (listed := server.listed()) != versions:
                raise SystemExit(f"{server.name} lists {listed} versions instead of {versions}")
        print(f"{versions} versions")
        report("simple page, HTML", take_turns(servers, client, page_requests))
        report("simple page, JSON", take_turns(servers[::2], client, json_requests))
        middle = wheels[versions // 2]
        report("file", take_turns(servers, client, file_requests(middle)))
        plain = [without_piece(wheel) for wheel in wheels[versions:]]
        report("upload a wheel", take_turns(servers, client, uploads(plain)))
        ours = servers[:1]
        more = [make_publication(NAME, f"9.0.{number}", chance) for number in range(spare)]
        report("publish a piece", take_turns(ours, client, publishes(more)))


def take_turns(
    servers: Sequence[Server],
    client: Pool,
    requests: Callable[[Server, int], tuple[bytes, ...]],
) -> Mapping[str, float]:
    """Return the median rate of each server; its first turn, of one request, is not counted."""
    rates: dict[str, list[float]] = {server.name: [] for server in servers}
    for turn in range(ROUNDS + 1):
        for server in servers:
            wanted = requests(server, turn)
            if turn:
                got: Load = client.apply(send, (server.host, wanted, TURN_S))
                rates[server.name].append(got.rate)
            else:
                client.apply(send, (server.host, wanted[:1], 0))
    return {name: statistics.median(found) for name, found in rates.items()}


def send(host: str, requests: tuple[bytes, ...], seconds: float) -> Load:
    """Send the requests once, or the only one again and again; runs in the client's process."""
    if not seconds:
        return load(host, requests, connections=1, seconds=0)
    repeated = itertools.repeat(requests[0]) if len(requests) == 1 else requests
    return load(host, repeated, connections=CONNECTIONS, seconds=seconds)


def page_requests(server: Server, _turn: int) -> tuple[bytes, ...]:
    """Ask for the page that lists the versions."""
    return (server.get(server.page),)


def json_requests(server: Server, _turn: int) -> tuple[bytes, ...]:
    """Ask for the page in its other form."""
    return (server.get(server.page, JSON),)


def file_requests(wheel: Publication) -> Callable[[Server, int], tuple[bytes, ...]]:
    """Ask for a file."""
    return lambda server, _turn: (server.get(server.file(wheel)),)


def uploads(wheels: Sequence[Publication]) -> Callable[[Server, int], tuple[bytes, ...]]:
    """Upload other versions in each turn, as twine does."""
    return lambda server, turn: tuple(map(server.upload, of_turn(wheels, turn)))


def publishes(wheels: Sequence[Publication]) -> Callable[[Server, int], tuple[bytes, ...]]:
    """Publish other versions in each turn, as `pieces publish` does."""

    def requests(server: Server, turn: int) -> tuple[bytes, ...]:
        assert server.publish is not None
        return tuple(map(server.publish, of_turn(wheels, turn)))

    return requests


def of_turn(wheels: Sequence[Publication], turn: int) -> Sequence[Publication]:
    """Return those of a turn."""
    return wheels[turn * PUBLISHES : (turn + 1) * PUBLISHES]


def without_piece(wheel: Publication) -> Publication:
    """Return a wheel of the same version that is no piece, which no index looks into further."""
    files = wheel_files(wheel.name, wheel.version)
    plain = {
        path: content
        for path, content in files.items()
        if not path.endswith(("entry_points.txt", "piece.json"))
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in with_record(plain).items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return Publication(name=wheel.name, version=wheel.version, wheel=content.getvalue())


def report(what: str, medians: Mapping[str, float]) -> None:
    """Print a row of the table."""
    ours, *peers = medians.values()
    figures = "  ".join(f"{name} {rate:8.1f}/s" for name, rate in medians.items())
    ratio = f"  {ours / max(peers):6.2f} x the quicker peer" if peers else ""
    print(f"  {what:<18} {figures}{ratio}", flush=True)


def version_of(number: int) -> str:
    """Return the version of that number; they have three parts."""
    return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"


if __name__ == "__main__":
    main()
