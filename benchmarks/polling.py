"""Telling new from old among 100,000 items, beside the polling helper of the original.

Run with `make bench`. Both poll in a process of their own, take turns, and time themselves from the
call to the answer: starting up does not count. The items are a list in memory, newest first, and
new objects in each round, as those of a service are. All but the oldest are new or, as in the usual
poll, only the newest ten. The store is in memory too. Two figures are printed for each: a poll in a
process that has polled but a few items before, as where a host starts one for each poll, and one in
a process that has polled as much ten times over. The peer needs node and npm, which install it once
into a cache folder. Nothing is asserted.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
    polling_helper,
)
from pieces_framework import PollingTriggerContext, TriggerStrategy, create_trigger
from pieces_framework.testing import MemoryStore, make_context

ITEMS: Final = 100_000
WARM_UP_ITEMS: Final = 10
WARM_UP_ROUNDS: Final = 10
ROUNDS: Final = 11
START_MS: Final = 1_700_000_000_000
PEER: Final = "@activepieces/pieces-common@0.12.5"
STRATEGIES: Final = ("TIMEBASED", "LAST_ITEM")
USUALLY_NEW: Final = 10

PEER_PROGRAM: Final = """
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");
const { DedupeStrategy, pollingHelper } =
    createRequire(process.argv[2] + "/")("@activepieces/pieces-common");
const START_MS = 1_700_000_000_000;

function itemsOf(strategy, count) {
  const items = [];
  for (let n = count; n > 0; n--) {
    items.push(strategy === "TIMEBASED"
      ? { epochMilliSeconds: START_MS + n, data: { n } }
      : { id: n, data: { n } });
  }
  return items;
}

async function turn(strategy, count, fresh) {
  const values = new Map([
    ["lastPoll", START_MS + count - fresh], ["lastItem", count - fresh],
  ]);
  const store = {
    get: async (key) => values.get(key) ?? null,
    put: async (key, value) => { values.set(key, value); return value; },
    delete: async (key) => { values.delete(key); },
  };
  const items = itemsOf(strategy, count);
  const polling = { strategy: DedupeStrategy[strategy], items: async () => items };
  const started = performance.now();
  const found = await pollingHelper.poll(polling, { store, auth: undefined, propsValue: {} });
  const spent = performance.now() - started;
  if (found.length !== fresh) throw new Error(`found ${found.length}`);
  return spent;
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const [strategy, count, fresh] = line.split(" ");
    console.log(await turn(strategy, Number(count), Number(fresh)));
  }
})();
"""


class Worker:
    """A process that polls once for each line it is sent, and answers the milliseconds it took."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._asked: Final = process.stdin
        self._answers: Final = process.stdout

    def turn(self, strategy: str, count: int, new: int) -> float:
        """Return the milliseconds of one poll of `count` items, the first `new` of them new."""
        print(strategy, count, new, file=self._asked, flush=True)
        return float(self._answers.readline())


@contextmanager
def worker(command: Sequence[str]) -> Generator[Worker]:
    """A worker that has started and has polled a few items with each strategy."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        made = Worker(process)
        for strategy in STRATEGIES:
            made.turn(strategy, WARM_UP_ITEMS, WARM_UP_ITEMS - 1)
        yield made


@create_trigger(name="polled", display_name="", description="", strategy=TriggerStrategy.POLLING)
def polled(_: PollingTriggerContext) -> list[object]:
    """Lends its context."""
    return []


def polling_of(strategy: str, count: int) -> Polling[None, Any]:
    """Return a polling whose items are in memory already."""
    numbers = range(count, 0, -1)
    if strategy == "TIMEBASED":
        timed = [TimedItem(START_MS + number, {"n": number}) for number in numbers]

        async def by_time(_: PollingContext) -> list[TimedItem]:
            return timed

        return Polling(strategy=DedupeStrategy.TIMEBASED, items=by_time)
    if strategy == "LAST_ITEM":
        identified = [IdentifiedItem(number, {"n": number}) for number in numbers]

        async def by_id(_: PollingContext) -> list[IdentifiedItem]:
            return identified

        return Polling(strategy=DedupeStrategy.LAST_ITEM, items=by_id)
    entered = [LedgerItem(number, START_MS + number, {"n": number}) for number in numbers]

    async def by_ledger(_: PollingContext) -> list[LedgerItem]:
        return entered

    return Polling(strategy=DedupeStrategy.LEDGER, items=by_ledger)


async def our_turn(strategy: str, count: int, new: int) -> float:
    """Return the milliseconds of one poll of ours."""
    store = MemoryStore()
    await store.put("lastPoll", START_MS + count - new)
    await store.put("lastItem", count - new)
    await store.put("ledger", {"after": START_MS + count - new, "ids": ""})
    polling, context = polling_of(strategy, count), make_context(polled, store=store)
    started = time.perf_counter()
    found = await polling_helper.poll(polling, context)
    spent = time.perf_counter() - started
    assert len(found) == new
    return spent * 1000


async def take_turns() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        strategy, count, new = line.split()
        print(await our_turn(strategy, int(count), int(new)), flush=True)


def installed_peer() -> Path | str:
    """Return the folder that the peer is installed in, or why it is not."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not installed"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "piecekit-benchmarks" / PEER.rpartition("/")[2]
    if (folder / "package-lock.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    done = subprocess.run(["npm", "install", *quiet, "--prefix", str(folder), PEER], check=False)
    return folder if done.returncode == 0 else f"npm could not install {PEER}"


def measured(
    commands: Sequence[Sequence[str]], strategy: str, new: int
) -> Iterator[tuple[str, list[float]]]:
    """Yield, fresh and warm, the median milliseconds of a poll by each command."""
    samples: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for command, spent in zip(commands, samples, strict=True):
            with worker(command) as fresh:
                spent.append(fresh.turn(strategy, ITEMS, new))
    yield "first poll", [statistics.median(spent) for spent in samples]

    samples = [[] for _ in commands]
    with worker(commands[0]) as ours, worker(commands[-1]) as theirs:
        workers = (ours, theirs)[: len(commands)]
        for _ in range(WARM_UP_ROUNDS + ROUNDS):
            for each, spent in zip(workers, samples, strict=True):
                spent.append(each.turn(strategy, ITEMS, new))
    yield "later poll", [statistics.median(spent[WARM_UP_ROUNDS:]) for spent in samples]


def main() -> None:
    """Measure and print."""
    print(f"a poll of {ITEMS:,} items, median of {ROUNDS}, Python {sys.version.split()[0]}")
    ours, peer = [sys.executable, __file__, "--take-turns"], installed_peer()
    if isinstance(peer, str):
        print(f"  without the original: {peer}")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "peer.cjs")
        program.write_text(PEER_PROGRAM)
        commands = [ours, ["node", str(program), str(peer)]] if isinstance(peer, Path) else [ours]
        for strategy in (*STRATEGIES, "LEDGER"):
            asked = commands if strategy in STRATEGIES else [ours]  # the original has no ledger
            for new in (ITEMS - 1, USUALLY_NEW):
                for when, medians in measured(asked, strategy, new):
                    print(f"  {strategy:<9} {new:>6,} new, {when}: {told(medians)}")


def told(medians: Sequence[float]) -> str:
    """Return ours, and the original's if it was measured."""
    ours, *theirs = medians
    text = f"{ours:7.1f} ms"
    return f"{text}, original {theirs[0]:7.1f} ms, ratio {ours / theirs[0]:.2f}" if theirs else text


if __name__ == "__main__":
    asyncio.run(take_turns()) if "--take-turns" in sys.argv else main()
