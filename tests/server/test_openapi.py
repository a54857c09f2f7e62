"""The description of the API, and requests made up from it; `make fuzz` makes up many more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
SEED = "7"
EXAMPLES = os.environ.get("PIECEKIT_FUZZ_EXAMPLES", "2")
"""Requests of each kind that are made up for a route, beside those at the bounds of its values."""


@contextmanager
def with_examples(folder: Path, **env: str) -> Generator[Instance]:
    """An instance that has the versions that the description names as examples."""
    with running_instance(folder / "data", **env) as started:
        for version in ("0.1.0", "0.2.0"):
            wheel = build_wheel(folder, "piece-gelato", version).read_bytes()
            assert publish(started, wheel, version=version).is_success
        yield started


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with with_examples(tmp_path_factory.mktemp("sqlite")) as started:
        yield started


@pytest.fixture
def of_either_database(tmp_path: Path, database: dict[str, str]) -> Iterator[Instance]:
    with with_examples(tmp_path, **database) as started:
        yield started


def fuzz(instance: Instance, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run every check of schemathesis against an instance."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        *(f"{instance.url}/openapi.json", "--url", instance.url, "--seed", SEED),
        *("--max-examples", EXAMPLES, "--generation-database", "none", *options),
    ]
    return subprocess.run(
        command,
        cwd=folder,  # it writes a folder of its own
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=1800,
    )


def keys_of(instance: Instance) -> int:
    """Count the keys, from another address: ours may have tried too many unknown ones."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as client:
        answer = client.get(f"{instance.url}/api/v1/api-keys?limit=100", headers=instance.headers)
    return len(answer.json()["data"])


def test_made_up_requests_with_a_key_are_answered_as_described(
    of_either_database: Instance, tmp_path: Path
) -> None:
    instance = of_either_database
    keys = keys_of(instance)

    done = fuzz(instance, tmp_path, "--header", f"Authorization: Bearer {instance.key}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout
    assert keys_of(instance) > keys  # it came further than the refusals


def test_made_up_requests_without_a_key_change_nothing(instance: Instance, tmp_path: Path) -> None:
    keys = keys_of(instance)

    done = fuzz(instance, tmp_path, "--phases", "examples,coverage")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout
    assert keys_of(instance) == keys


def description(instance: Instance) -> dict[str, Any]:
    described: dict[str, Any] = httpx.get(f"{instance.url}/openapi.json").json()
    return described


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_each_route_says_what_it_answers_and_what_it_refuses(instance: Instance) -> None:
    described = description(instance)
    for name, operation in operations(described).items():
        answers = operation["responses"]
        done = [status for status in answers if status.startswith("2")]

        assert len(done) == 1, name
        assert answers[done[0]]["content"]["application/json"]["schema"], name
        assert {"400", "503"} <= answers.keys(), name
        assert "422" not in answers, name
        assert ("security" in operation) == ("401" in answers), name
        assert ("403" in answers) or name.startswith("GET "), name


def test_all_but_health_needs_a_key(instance: Instance) -> None:
    open_to_all = {
        name for name, each in operations(description(instance)).items() if "security" not in each
    }

    assert open_to_all == {"GET /api/v1/health", "GET /api/v1/ready"}


def test_names_of_operations_are_short_and_their_own(instance: Instance) -> None:
    names = [each["operationId"] for each in operations(description(instance)).values()]

    assert "list_pieces" in names
    assert len(set(names)) == len(names)


def test_where_reading_is_public_the_description_says_so(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data", AP_PUBLIC_READ="true") as public:
        described = operations(description(public))

    assert "security" not in described["GET /api/v1/pieces"]
    assert "security" in described["POST /api/v1/pieces"]
