from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from tests.support.instance import Instance, running_instance


def test_health_and_readiness_are_told_without_a_key(instance: Instance) -> None:
    health = httpx.get(f"{instance.url}/api/v1/health")
    ready = httpx.get(f"{instance.url}/api/v1/ready")

    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    expected = {"status": "ready", "database": "ok", "folder": "ok"}
    assert (ready.status_code, ready.json()) == (200, expected)


def test_a_folder_that_cannot_be_used_is_named_without_details(
    tmp_path: Path, database: dict[str, str]
) -> None:
    with running_instance(tmp_path / "hidden-name", **database) as instance:
        before = httpx.get(f"{instance.url}/api/v1/ready")
        shutil.rmtree(instance.data_folder / "incoming")

        ready = httpx.get(f"{instance.url}/api/v1/ready")

        health = httpx.get(f"{instance.url}/api/v1/health")
        said = instance.stop()[1]
    assert (before.status_code, health.status_code) == (200, 200)
    assert ready.status_code == 503
    assert ready.json() == refusal("folder", database="ok", folder="failed")
    assert "the folder cannot be used: FileNotFoundError: " in said


def test_a_database_of_another_version_is_named(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        with closing(sqlite3.connect(tmp_path / "piecekit.db")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '0001'")

        ready = httpx.get(f"{instance.url}/api/v1/ready")

    assert ready.status_code == 503
    assert ready.json() == refusal("database", database="failed", folder="ok")


def refusal(part: str, **states: str) -> dict[str, object]:
    params = {"message": f"the instance is not ready: {part}", **states}
    return {"code": "SERVICE_UNAVAILABLE", "params": params}


def test_the_description_of_the_api_has_both_with_their_statuses(instance: Instance) -> None:
    paths = httpx.get(f"{instance.url}/openapi.json", headers=instance.headers).json()["paths"]

    assert "200" in paths["/api/v1/health"]["get"]["responses"]
    assert {"200", "503"} <= paths["/api/v1/ready"]["get"]["responses"].keys()
