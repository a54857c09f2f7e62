from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zlib import crc32

import httpx
import psycopg
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.postgres import Postgres
from tests.support.publishing import publish
from tests.support.wheels import METADATA, build_wheel

WAYS = ["yank", "deprecation"]
FIELDS = {"yank": "yanked", "deprecation": "deprecated"}


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        yield started


@pytest.fixture
def piece(instance: Instance, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of version 0.2.0 of a piece of the test's own, which has a version 0.1.0."""
    name = f"piece-{crc32(request.node.nodeid.encode())}"
    for version in ("0.1.0", "0.2.0"):
        wheel = build_wheel(tmp_path, name, version).read_bytes()
        assert publish(instance, wheel, name=name, version=version).is_success
    return f"{instance.url}/api/v1/pieces/{name}/versions/0.2.0"


def change(instance: Instance, url: str, method: str = "PUT", **body: object) -> httpx.Response:
    json = body if method == "PUT" else None
    return httpx.request(method, url, headers=instance.headers, json=json)


def newest(instance: Instance, piece: str) -> str:
    url = piece.removesuffix("/versions/0.2.0")
    version: str = httpx.get(url, headers=instance.headers).json()["version"]
    return version


def changes_of(instance: Instance, piece: str) -> list[str]:
    subject = f"{piece.split('/')[-3]} 0.2.0"
    answer = httpx.get(
        f"{instance.url}/api/v1/audit", params={"subject": subject}, headers=instance.headers
    )
    return [entry["action"] for entry in reversed(answer.json()["data"])]


def test_a_yanked_version_is_passed_over_until_it_is_brought_back(
    instance: Instance, piece: str
) -> None:
    yanked = change(instance, f"{piece}/yank", reason="it leaks\x1b[2J")
    meanwhile = newest(instance, piece)
    restored = change(instance, f"{piece}/yank", "DELETE")

    assert yanked.json()["yanked"]["reason"] == "it leaks [2J"
    assert meanwhile == "0.1.0"
    assert restored.json()["yanked"] is None
    assert newest(instance, piece) == "0.2.0"


def test_installers_pass_over_a_yanked_version(instance: Instance, piece: str) -> None:
    name = piece.split("/")[-3]

    change(instance, f"{piece}/yank", reason="it leaks")

    page = httpx.get(f"{instance.index_url}{name}/", headers={"Accept": "text/html"})
    yanked = [line for line in page.text.splitlines() if "data-yanked" in line]
    assert len(yanked) == 1
    assert "0.2.0" in yanked[0]
    assert "it leaks" in yanked[0]


def test_a_deprecated_version_is_still_the_newest(instance: Instance, piece: str) -> None:
    answer = change(instance, f"{piece}/deprecation", reason="use another")

    assert answer.json()["deprecated"]["reason"] == "use another"
    assert newest(instance, piece) == "0.2.0"


@pytest.mark.parametrize("way", WAYS)
def test_withdrawing_once_more_keeps_the_first_date(
    instance: Instance, piece: str, way: str
) -> None:
    first = change(instance, f"{piece}/{way}", reason="one").json()[FIELDS[way]]
    same = change(instance, f"{piece}/{way}", reason="one").json()[FIELDS[way]]
    other = change(instance, f"{piece}/{way}", reason="two").json()[FIELDS[way]]

    assert same == first
    assert other == {**first, "reason": "two"}


def test_who_withdraws_holds_the_name_before_the_version_as_who_publishes_does(
    postgres: Postgres, tmp_path: Path
) -> None:
    env = postgres.new_database()
    url = env["AP_POSTGRES_URL"]
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with running_instance(tmp_path, **env) as instance, ThreadPoolExecutor(1) as pool:
        publish(instance, build_wheel(tmp_path).read_bytes())
        yank = f"{instance.url}/api/v1/pieces/piece-gelato/versions/0.1.0/yank"
        with psycopg.connect(url) as publisher, psycopg.connect(url, autocommit=True) as other:
            publisher.execute("UPDATE distributions SET revision = revision + 1")
            answer = pool.submit(change, instance, yank, reason="why")
            while other.execute(waiting).fetchone() == (0,):
                assert not answer.done()

            publisher.execute("SELECT 1 FROM wheels FOR UPDATE NOWAIT")

    assert answer.result().status_code == 200


@pytest.mark.parametrize("way", WAYS)
def test_each_change_is_in_the_audit_log_once(instance: Instance, piece: str, way: str) -> None:
    for _ in range(2):
        change(instance, f"{piece}/{way}", reason="why")
    for _ in range(2):
        change(instance, f"{piece}/{way}", "DELETE")

    expected = ["piece.publish", f"version.{way}", f"version.{way}.undo"]
    assert changes_of(instance, piece) == expected


def test_a_name_of_two_parts_may_have_its_slash_either_way(
    instance: Instance, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path, "acme-piece-two").read_bytes()
    assert publish(instance, wheel, name="@acme/piece-two").is_success
    pieces = f"{instance.url}/api/v1/pieces"

    plain = change(instance, f"{pieces}/@acme/piece-two/versions/0.1.0/yank", reason="a")
    encoded = change(instance, f"{pieces}/%40acme%2Fpiece-two/versions/0.1.0/yank", reason="b")

    assert (plain.status_code, plain.json()["yanked"]["reason"]) == (200, "a")
    assert (encoded.status_code, encoded.json()["yanked"]["reason"]) == (200, "b")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("piece-none/versions/0.1.0", 404),
        ("a%00b/versions/0.1.0", 404),
        ("a/b/c/versions/0.1.0", 404),
        ("piece-none/versions/latest", 400),
    ],
)
def test_what_is_not_there_cannot_be_withdrawn(
    instance: Instance, path: str, status: int, method: str, way: str
) -> None:
    answer = change(instance, f"{instance.url}/api/v1/pieces/{path}/{way}", method, reason="x")

    assert answer.status_code == status


def test_a_reason_need_not_be_given(instance: Instance, piece: str) -> None:
    answer = httpx.put(f"{piece}/deprecation", headers=instance.headers)

    assert (answer.status_code, answer.json()["deprecated"]["reason"]) == (200, "")


@pytest.mark.parametrize(
    "body", [b"[]", b'{"reason": 1}', b'{"why": "x"}', b'{"reason": "%s"}' % (b"x" * 501)]
)
def test_a_reason_of_another_form_is_refused(instance: Instance, piece: str, body: bytes) -> None:
    answer = httpx.put(f"{piece}/yank", headers=instance.headers, content=body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION"


def test_withdrawing_needs_a_key_and_yanking_an_administrators(
    instance: Instance, piece: str
) -> None:
    made = httpx.post(
        f"{instance.url}/api/v1/api-keys",
        headers=instance.headers,
        json={"displayName": "publisher", "scope": "publish"},
    )
    publisher = {"Authorization": f"Bearer {made.json()['value']}"}
    answers = [
        httpx.put(f"{piece}/{way}", headers=headers, content=b"no json")
        for way in WAYS
        for headers in ({}, publisher)
    ]

    assert [answer.status_code for answer in answers] == [401, 403, 401, 400]


def test_an_sdk_wheel_can_be_yanked(instance: Instance) -> None:
    version = httpx.get(
        f"{instance.index_url}pieces-framework/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
    ).json()["versions"][0]
    url = f"{instance.url}/api/v1/pieces/pieces-framework/versions/{version}/yank"

    answer = change(instance, url, reason="a test")

    assert answer.json()["yanked"]["reason"] == "a test"
    assert change(instance, url, "DELETE").json()["yanked"] is None


def test_metadata_cannot_pass_for_what_the_instance_says(
    instance: Instance, tmp_path: Path
) -> None:
    said = {"yanked": {"reason": "x", "date": "y"}, "tags": 1, "sha256": "z", "deprecated": True}
    wheel = build_wheel(tmp_path, "piece-sly", metadata=METADATA | said).read_bytes()

    detail = publish(instance, wheel, name="piece-sly").json()

    assert {"yanked", "tags"} & detail.keys() == set()
    assert len(detail["sha256"]) == 64
    assert detail["deprecated"] is True
