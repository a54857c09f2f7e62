"""The audit log: one entry for each change, none for what was refused; on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

AUDIT = "/api/v1/audit"
KEYS = "/api/v1/api-keys"
# An entry as JSON has it: every test looks at the values that it wants.
Entry: TypeAlias = Mapping[str, Any]


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("audit"), **database) as started:
        yield started


@pytest.fixture(scope="module")
def admin(instance: Instance) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=instance.url, headers=instance.headers) as client:
        yield client


@pytest.fixture
def wheel(tmp_path: Path) -> bytes:
    return build_wheel(tmp_path).read_bytes()


@pytest.fixture(scope="module")
def published(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a published version."""
    archive = build_wheel(tmp_path_factory.mktemp("piece"), "piece-told").read_bytes()
    assert publish(instance, archive, name="piece-told").status_code == 201
    return "/api/v1/pieces/piece-told/versions/0.1.0"


def entries(admin: httpx.Client, **query: str | int) -> list[Entry]:
    answer = admin.get(AUDIT, params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    found: list[Entry] = answer.json()["data"]
    return found


def told_of(admin: httpx.Client, act: Callable[[], httpx.Response]) -> tuple[int, list[Entry]]:
    """Do something; return the status of its answer, and what the log says since."""
    before = entries(admin)[0]["id"]
    answer = act()
    since = [each for each in entries(admin) if int(each["id"]) > int(before)]
    for entry in since:
        assert entry["requestId"] == answer.headers["x-request-id"]
    return answer.status_code, since


def test_a_start_is_told_as_what_the_instance_did_itself(admin: httpx.Client) -> None:
    first = entries(admin, until="2100-01-01T00:00:00Z")[-6:]

    assert [(each["action"], each["actor"]) for each in first] == [
        ("key.create", {"id": None, "name": "(instance)"}),
        *[("wheel.upload", {"id": None, "name": "(instance)"})] * 5,
    ]
    assert first[0]["subject"] == "admin"


def test_publishing_is_told_with_who_and_what(
    admin: httpx.Client, instance: Instance, wheel: bytes
) -> None:
    status, told = told_of(admin, lambda: publish(instance, wheel))

    assert status == 201
    assert [(each["action"], each["subject"]) for each in told] == [
        ("piece.publish", "piece-gelato 0.1.0")
    ]
    key = admin.get(KEYS, params={"limit": 100}).json()["data"][-1]
    assert told[0]["actor"] == {"id": key["id"], "name": "admin"}
    assert re.fullmatch("[0-9a-f]{64}", told[0]["details"]["sha256"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told[0]["created"])


def test_a_piece_is_told_by_its_normalised_name(
    admin: httpx.Client, instance: Instance, tmp_path: Path
) -> None:
    archive = build_wheel(tmp_path, "Piece_Spelled").read_bytes()

    assert publish(instance, archive, name="Piece_Spelled").status_code == 201
    subjects = [each["subject"] for each in entries(admin, subject="piece-spelled")]

    assert subjects == ["piece-spelled 0.1.0"]


def test_an_upload_that_is_no_piece_is_told(
    admin: httpx.Client, instance: Instance, tmp_path: Path
) -> None:
    files = {
        path: content
        for path, content in wheel_files("plain-told").items()
        if not path.endswith(("piece.json", "entry_points.txt"))
    }
    archive = write_wheel(tmp_path / "plain_told-0.1.0-py3-none-any.whl", files)
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": "plain-told",
        "version": "0.1.0",
        "filetype": "bdist_wheel",
    }

    status, told = told_of(
        admin,
        lambda: httpx.post(
            f"{instance.url}/legacy/",
            data=form,
            files={"content": (archive.name, archive.read_bytes())},
            auth=("__token__", instance.key),
        ),
    )

    assert status == 200
    assert [(each["action"], each["subject"]) for each in told] == [
        ("wheel.upload", "plain-told 0.1.0")
    ]


@pytest.mark.parametrize("what", ["yank", "deprecation"])
def test_withdrawing_and_bringing_back_are_told_once_each(
    admin: httpx.Client, published: str, what: str
) -> None:
    path = f"{published}/{what}"

    told = [
        told_of(admin, lambda: admin.put(path, json={"reason": "it melts"})),
        told_of(admin, lambda: admin.put(path, json={"reason": "it melts"})),
        told_of(admin, lambda: admin.delete(path)),
        told_of(admin, lambda: admin.delete(path)),
    ]

    actions = [[each["action"] for each in since] for _, since in told]
    assert [status for status, _ in told] == [200] * 4
    assert actions == [[f"version.{what}"], [], [f"version.{what}.undo"], []]
    assert told[0][1][0]["details"] == {"reason": "it melts"}


def test_making_and_revoking_a_key_are_told_without_the_key(admin: httpx.Client) -> None:
    made: list[dict[str, str]] = []

    def make() -> httpx.Response:
        answer = admin.post(KEYS, json={"displayName": "told", "expires": "2100-01-01T00:00:00Z"})
        made.append(answer.json())
        return answer

    _, creation = told_of(admin, make)
    key = made[0]
    _, revocation = told_of(admin, lambda: admin.delete(f"{KEYS}/{key['id']}"))
    _, again = told_of(admin, lambda: admin.delete(f"{KEYS}/{key['id']}"))

    assert [(each["action"], each["details"]) for each in creation + revocation + again] == [
        (
            "key.create",
            {"keyId": key["id"], "scope": "publish", "expires": "2100-01-01T00:00:00.000Z"},
        ),
        ("key.revoke", {"keyId": key["id"]}),
    ]
    assert key["value"][3:-4] not in admin.get(AUDIT, params={"limit": 100}).text


def test_what_is_refused_is_not_told(
    admin: httpx.Client, instance: Instance, published: str, tmp_path: Path
) -> None:
    there = build_wheel(tmp_path, "piece-told").read_bytes()
    reader = admin.post(KEYS, json={"displayName": "reader", "scope": "read"}).json()["value"]
    own = admin.get(KEYS, params={"limit": 100}).json()["data"][-1]["id"]

    refused = [
        told_of(admin, lambda: publish(instance, b"no wheel")),
        told_of(admin, lambda: publish(instance, there, name="piece-told")),
        told_of(admin, lambda: admin.post(KEYS, json={})),
        told_of(admin, lambda: admin.delete(f"{KEYS}/nobody")),
        told_of(admin, lambda: admin.delete(f"{KEYS}/{own}")),
        told_of(admin, lambda: admin.put(f"{published[:-1]}9/yank", json={"reason": "?"})),
        told_of(
            admin, lambda: admin.post(KEYS, headers={"Authorization": f"Bearer {reader}"}, json={})
        ),
    ]

    assert refused == [(400, []), (409, []), (400, []), (404, []), (409, []), (404, []), (403, [])]


def test_pages_lead_through_the_whole_log(admin: httpx.Client) -> None:
    whole = entries(admin)
    found: list[Entry] = []
    cursor = ""

    while True:
        page = admin.get(AUDIT, params={"limit": 4, "cursor": cursor}).json()
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            break

    assert found == whole
    assert all(int(newer["id"]) > int(older["id"]) for newer, older in pairwise(found))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("action", "key.create"),
        ("action", "key"),
        ("subject", "piece-told 0.1.0"),
        ("subject", "Piece-told 0.1.0"),
        ("subject", "%"),
    ],
)
@pytest.mark.usefixtures("published")
def test_the_log_is_filtered(admin: httpx.Client, given: str, wanted: str) -> None:
    found = entries(admin, **{given: wanted})

    assert found == [each for each in entries(admin) if each[given] == wanted]


@pytest.mark.usefixtures("published")
def test_the_name_of_a_piece_finds_all_its_versions(admin: httpx.Client) -> None:
    by_name, by_beginning = entries(admin, subject="piece-told"), entries(admin, subject="piece")

    assert by_name == entries(admin, subject="piece-told 0.1.0")
    assert by_name != []
    assert by_beginning == []


@pytest.mark.usefixtures("published")
def test_the_log_is_cut_by_time(admin: httpx.Client) -> None:
    whole = entries(admin)
    middle = whole[len(whole) // 2]["created"]

    until, since = entries(admin, until=middle), entries(admin, since=middle)

    assert since + until == whole
    assert middle in {each["created"] for each in since}
    assert middle not in {each["created"] for each in until}


@pytest.mark.parametrize(
    "query",
    ["since=today", "until=2026-01-01T00:00:00", "action=%00", "subject=", "cursor=x", "limit=0"],
)
def test_a_question_that_is_none_is_refused(admin: httpx.Client, query: str) -> None:
    answer = admin.get(f"{AUDIT}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_request_writes_the_log(admin: httpx.Client, method: str) -> None:
    before = entries(admin)

    answer = admin.request(method, AUDIT, json={})

    assert answer.status_code == 405
    assert entries(admin) == before


def test_only_administrators_read_the_log(admin: httpx.Client) -> None:
    publisher = admin.post(KEYS, json={"displayName": "publisher"}).json()["value"]

    answers = [
        httpx.get(f"{admin.base_url}{AUDIT}"),
        admin.get(AUDIT, headers={"Authorization": f"Bearer {publisher}"}),
    ]

    assert [each.status_code for each in answers] == [401, 403]
