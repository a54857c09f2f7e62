from __future__ import annotations

import asyncio
import errno
import os
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pieces_server.web.error_answers import install_error_answers
from tests.support.instance import Instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "ENTITY_NOT_FOUND"),
        ("GET", "/", 404, "ENTITY_NOT_FOUND"),
        ("GET", "/api/v1/pieces/", 404, "ENTITY_NOT_FOUND"),
        ("DELETE", "/api/v1/pieces", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/simple/", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_no_route_takes_is_refused_in_the_apis_form(
    instance: Instance, method: str, path: str, status: int, code: str
) -> None:
    answer = httpx.request(method, f"{instance.url}{path}", headers=instance.headers)

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["params"]["message"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/pieces", "GET, HEAD, POST"),
        ("/api/v1/pieces/present", "POST"),
        ("/api/v1/pieces/categories", "GET, HEAD"),
        ("/api/v1/pieces/piece-x/versions/1.0.0/yank", "DELETE, PUT"),
    ],
)
def test_a_refused_method_is_told_which_are_taken(
    instance: Instance, path: str, allowed: str
) -> None:
    answer = httpx.patch(f"{instance.url}{path}", headers=instance.headers)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_form_that_cannot_be_read_is_refused(instance: Instance) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers={**instance.headers, "Content-Type": "multipart/form-data"},
        content=b"no boundary",
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION"


def test_a_fault_is_answered_in_the_apis_form_and_the_instance_lives_on(
    instance: Instance, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path, "piece-lost").read_bytes()
    sha256 = publish(instance, wheel, name="piece-lost").json()["sha256"]
    file = instance.data_folder / "wheels" / sha256[:2] / f"{sha256}.whl"
    file.unlink()
    file.mkdir()
    url = f"{instance.url}/simple/piece-lost/piece_lost-0.1.0-py3-none-any.whl"

    answer = httpx.get(url, headers=instance.headers)

    assert answer.status_code == 500
    assert answer.json() == {"code": "INTERNAL_ERROR", "params": {"message": "internal error"}}
    assert re.fullmatch(r"[0-9a-zA-Z]{21}", answer.headers["x-request-id"])
    assert httpx.get(f"{instance.url}/simple/", headers=instance.headers).status_code == 200


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_takes_nothing_is_told_from_a_fault(number: int) -> None:
    app = FastAPI()
    install_error_answers(app)

    @app.post("/")
    def store() -> None:
        raise OSError(number, os.strerror(number))

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            return await client.post("/")

    answer = asyncio.run(answered())

    assert (answer.status_code, answer.json()["code"]) == (507, "INSUFFICIENT_STORAGE")


def test_every_answer_has_a_request_id_of_its_own(instance: Instance) -> None:
    answers = [
        httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers),
        httpx.get(f"{instance.url}/api/v1/pieces"),
        httpx.get(f"{instance.url}/nothing"),
        httpx.get(f"{instance.url}/simple", headers=instance.headers),
        publish(instance, b"x" * 3 * 1024 * 1024),
    ]

    assert [answer.status_code for answer in answers] == [200, 401, 404, 301, 413]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == len(answers)
