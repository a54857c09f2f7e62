"""`make demo`: from an empty folder to a piece that runs off an instance, for real.

Every step is a real command or a real request between real processes on loopback. The first one
that fails ends the demo with its reason and exit code 1; nothing is left running.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.e2e.road import Road, RoadError, clean_environment, tool

ROOT = Path(__file__).parent.parent.parent
GELATO = ROOT / "pieces" / "community" / "gelato"
GELATO_KEY = "test-key"


def main() -> int:
    """Walk the road in a temporary folder."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="piecekit-demo-") as folder:
        road = Road(Path(folder), environment=clean_environment(), secrets=[])
        try:
            walk(road, Path(folder))
        except RoadError as error:
            road.say(f"\n✗ {error}")
            return 1
    print(f"\nThe whole road took {time.perf_counter() - began:.0f} s. What to try next:")
    print("  docs/tutorial/             the same road, step by step, to walk yourself")
    print("  .venv/bin/pieces --help    the commands")
    print("  pieces/community/gelato    the piece that was published just now")
    return 0


def walk(road: Road, folder: Path) -> None:
    """Start the two services, then follow the road from the workspace to the webhook."""
    road.step("Start an instance, and the service that the piece talks to")
    with (
        road.background(
            tool("pieces"), "serve", "--port", "0", "--data", folder / "data", until="listening on"
        ) as (_, printed),
        road.background(
            sys.executable, GELATO / "service" / "gelato_service.py", "--port", "0",
            until="listening on",
        ) as (_, gelato_printed),
    ):  # fmt: skip
        instance_url, service_url = address(printed), address(gelato_printed)
        key = found(r"(sk-\w+)", printed)
        road.secrets.append(key)
        road.environment |= {"AP_API_KEY": key, "GELATO_KEY": GELATO_KEY}
        road.say(f"    instance at {instance_url}, service at {service_url}")
        make_a_piece(road, folder / "workspace")
        publish(road, instance_url, key)
        environment = install(road, folder, instance_url, key)
        run_off_the_instance(road, environment, service_url)


def make_a_piece(road: Road, workspace: Path) -> None:
    """Scaffold a piece, test what was generated, then give it the code of `GELATO`."""
    road.step("Make a workspace, and a piece with an action and two triggers")
    road.run("pieces", "init", "workspace")
    road.folder = workspace
    road.run("pieces", "create", "--name", "gelato", "--type", "custom")
    new = ("--piece", "gelato", "--name")
    road.run("actions", "create", *new, "get icecream flavor", "--description", "Fetches a flavor.")
    for name, technique in (("new flavor", "polling"), ("new flavor created", "webhook")):
        options = ("--description", "Notices a new flavor.", "--technique", technique)
        road.run("triggers", "create", *new, name, *options)
    piece = workspace / "pieces" / "custom" / "gelato"
    road.run(sys.executable, "-m", "pytest", piece, shown="pytest pieces/custom/gelato", quiet=True)

    road.step("Replace the samples by the finished piece of this repository, and test it")
    for part in ("piece_gelato", "tests"):
        road.say(f"$ cp -r community/gelato/{part} pieces/custom/gelato/")
        shutil.rmtree(piece / part)
        shutil.copytree(GELATO / part, piece / part, ignore=shutil.ignore_patterns("*service*"))
    road.run(sys.executable, "-m", "pytest", piece, shown="pytest pieces/custom/gelato", quiet=True)


def publish(road: Road, instance_url: str, key: str) -> None:
    """Build the wheel, publish it twice, and ask the instance what it has."""
    road.step("Build it and publish it; publishing again changes nothing")
    road.run("build-piece", "gelato")
    command = ("publish-piece-to-api", "--name", "gelato", "--api-url", instance_url)
    road.run(*command)
    again = road.run(*command)
    road.check("the second time: already published, exit code 0", holds="already" in again)
    road.say(f"$ GET {instance_url}/api/v1/pieces")
    answer = httpx.get(f"{instance_url}/api/v1/pieces", headers={"Authorization": f"Bearer {key}"})
    listed = [
        (piece["name"], piece["actions"], piece["triggers"]) for piece in answer.json()
    ]  # the list counts actions and triggers
    road.say(f"    {listed}")
    road.check("the instance lists the piece", holds=listed == [("piece-gelato", 1, 2)])


def install(road: Road, folder: Path, instance_url: str, key: str) -> Path:
    """Install the piece and the command from the instance's index; hide the workspace."""
    road.step("Install the piece from the instance into a new environment")
    environment = folder / "environment"
    road.run(sys.executable, "-m", "venv", environment, shown="python -m venv environment")
    # In the environment: arguments can be read by every process of the machine.
    index = f"{instance_url.replace('://', f'://__token__:{key}@')}/simple/"
    road.say(f"$ export PIP_EXTRA_INDEX_URL={index}")
    others = road.environment.get("PIP_EXTRA_INDEX_URL", "")
    road.environment["PIP_EXTRA_INDEX_URL"] = f"{index} {others}".strip()
    road.run(
        tool("pip", environment), "install", "--quiet", "--disable-pip-version-check",
        "piece-gelato", "piecekit",
        shown="environment/bin/pip install piece-gelato piecekit",
        quiet=True,
    )  # fmt: skip
    road.say("$ mv workspace workspace-away")
    (folder / "workspace").rename(folder / "workspace-away")
    road.folder = folder / "elsewhere"
    road.folder.mkdir()
    program = "import piece_gelato; print(piece_gelato.__file__)"
    where = road.run(
        tool("python", environment), "-c", program, shown=f"environment/bin/python -c '{program}'"
    )
    road.check("the piece is the installed one", holds=str(environment) in where)
    return environment


def run_off_the_instance(road: Road, environment: Path, service_url: str) -> None:
    """Run the action over HTTP, poll around a new flavor, and receive one webhook."""
    command = (tool("pieces", environment), "run", "gelato")
    options = ("--prop", f"api_url={service_url}", "--auth-env", "GELATO_KEY")

    def pieces_run(*arguments: str) -> str:
        shown = " ".join(["environment/bin/pieces run gelato", *arguments, *options])
        return road.run(*command, *arguments, *options, shown=shown)

    road.step("Run the action over HTTP")
    flavor = json.loads(pieces_run("get_icecream_flavor"))
    road.check("a flavor came back", holds=bool(flavor["name"]))

    road.step("Poll: nothing new, add a flavor, exactly the new one")
    pieces_run("new_flavor", "--hook", "on_enable")
    road.check("nothing new", holds=json.loads(pieces_run("new_flavor", "--hook", "run")) == [])
    add_flavor(road, service_url, "Bacio")
    polled = json.loads(pieces_run("new_flavor", "--hook", "run"))
    road.check("exactly Bacio", holds=[item["name"] for item in polled] == ["Bacio"])
    pieces_run("new_flavor", "--hook", "on_disable")

    road.step("Receive one webhook")
    listen = ("new_flavor_created", "--listen", "--port", "0", "--limit", "1")
    with road.background(*command, *listen, *options, until="listening on") as (process, _):
        add_flavor(road, service_url, "Stracciatella")
        output, _ = process.communicate(timeout=30)
        road.say("\n".join(f"    {line}" for line in output.strip().splitlines()))
        road.check("the webhook brought it", holds="Stracciatella" in output)
        road.check("the listener ended with 0", holds=process.returncode == 0)


def add_flavor(road: Road, service_url: str, name: str) -> None:
    """Create a flavor at the service, as its user would."""
    road.say(f"$ POST {service_url}/flavors {name}")
    headers = {"Authorization": f"Bearer {GELATO_KEY}"}
    httpx.post(f"{service_url}/flavors", json={"name": name}, headers=headers).raise_for_status()


def address(printed: str) -> str:
    """Return the URL that a service says it listens on."""
    return found(r"listening on (http://[\w.:]+)", printed)


def found(pattern: str, text: str) -> str:
    """Return what the first group of `pattern` matches.

    Raises:
        RoadError: if nothing does.
    """
    match = re.search(pattern, text)
    if match is None:
        raise RoadError(f"no `{pattern}` in:\n{text}")
    return match[1]


if __name__ == "__main__":
    sys.exit(main())
