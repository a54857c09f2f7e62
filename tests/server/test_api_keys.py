"""Keys over HTTP: made, listed, revoked, and what each scope opens; on both databases."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.instance_commands import run_command

KEYS = "/api/v1/api-keys"
PIECES = "/api/v1/pieces"


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("keys"), **database) as started:
        yield started


@pytest.fixture(scope="module")
def admin(instance: Instance) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=instance.url, headers=instance.headers) as client:
        yield client


def made(admin: httpx.Client, **said: str | None) -> dict[str, str]:
    answer = admin.post(KEYS, json={"displayName": "ci", **said})
    assert answer.status_code == 201, answer.text
    key: dict[str, str] = answer.json()
    return key


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_shown_once_and_may_publish_unless_it_was_said_otherwise(
    admin: httpx.Client,
) -> None:
    key = made(admin)

    shown = admin.get(f"{KEYS}/{key['id']}").json()
    assert re.fullmatch("sk-[0-9a-zA-Z]{61}", key["value"])
    assert re.fullmatch("[0-9a-zA-Z]{21}", key["id"])
    assert shown == {
        "id": key["id"],
        "created": key["created"],
        "updated": key["created"],
        "displayName": "ci",
        "truncatedValue": key["value"][-4:],
        "scope": "publish",
        "expires": None,
        "revoked": None,
        "lastUsedAt": None,
    }


def test_the_answer_with_a_key_is_not_to_be_kept(admin: httpx.Client) -> None:
    answer = admin.post(KEYS, json={"displayName": "ci"})

    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [("read", (200, 403, 403)), ("publish", (200, 400, 403)), ("admin", (200, 400, 200))],
)
def test_a_key_opens_what_its_scope_says(
    admin: httpx.Client, scope: str, statuses: tuple[int, int, int]
) -> None:
    client = httpx.Client(
        base_url=admin.base_url, headers=bearer(made(admin, scope=scope)["value"])
    )

    with client:
        answers = (
            client.get(PIECES),
            client.post(PIECES, files={"other": b""}),
            client.get(KEYS),
        )

    assert tuple(each.status_code for each in answers) == statuses


def test_a_refusal_names_the_scope_that_is_needed(admin: httpx.Client) -> None:
    reader = made(admin, scope="read")["value"]

    refused = httpx.post(f"{admin.base_url}{KEYS}", headers=bearer(reader), json={})

    assert refused.json()["code"] == "AUTHORIZATION"
    assert refused.json()["params"]["message"] == "the api key lacks the scope `admin`"


def test_pages_lead_through_all_keys_and_back(admin: httpx.Client) -> None:
    newest = [made(admin, displayName=f"page {number}")["id"] for number in range(5)][::-1]

    first = admin.get(KEYS, params={"limit": 2}).json()
    second = admin.get(KEYS, params={"limit": 2, "cursor": first["next"]}).json()
    made(admin, displayName="made meanwhile")
    back = admin.get(KEYS, params={"limit": 2, "cursor": second["previous"]}).json()

    assert [each["id"] for each in first["data"] + second["data"]] == newest[:4]
    assert back["data"] == first["data"]
    assert first["previous"] is None
    assert back["next"] == first["next"]
    assert back["previous"] is not None


def test_the_last_page_has_no_next(admin: httpx.Client) -> None:
    answer = admin.get(KEYS, params={"limit": 100}).json()

    assert answer["next"] is None
    assert answer["data"][-1]["displayName"] == "admin"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=all",
        "limit=%00",
        "cursor=next",
        "cursor=%00",
        "cursor=" + "A" * 400,
        "cursor=" + base64.urlsafe_b64encode(b"next_[1]").decode(),
        "cursor=" + base64.urlsafe_b64encode(b'next_["\\u0000", "x"]').decode(),
        "cursor=" + base64.urlsafe_b64encode(b'last_["a", "b"]').decode(),
        "cursor=" + base64.urlsafe_b64encode(b"next_" + b"[" * 200).decode(),
    ],
)
def test_a_page_that_there_cannot_be_is_refused(admin: httpx.Client, query: str) -> None:
    answer = admin.get(f"{KEYS}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({}, "displayName", id="no name"),
        pytest.param({"displayName": " "}, "displayName", id="blank name"),
        pytest.param({"displayName": "a\0"}, "displayName", id="NUL"),
        pytest.param({"displayName": "a\x1b[2J"}, "displayName", id="steers a terminal"),
        pytest.param({"displayName": "x" * 101}, "displayName", id="long name"),
        pytest.param({"displayName": "a", "scope": "root"}, "scope", id="scope"),
        pytest.param({"displayName": "a", "expires": "2020-01-01T00:00:00Z"}, "expires", id="past"),
        pytest.param(
            {"displayName": "a", "expires": "9999-12-31T23:59:59-01:00"}, "expires", id="far"
        ),
        pytest.param({"displayName": "a", "expires": 4102444800}, "expires", id="number"),
        pytest.param({"displayName": "a", "expiry": "90d"}, "expiry", id="typing error"),
        pytest.param([], "body", id="no object"),
    ],
)
def test_a_key_that_was_asked_for_wrongly_is_not_made(
    admin: httpx.Client, said: object, field: str
) -> None:
    before = admin.get(KEYS).json()["data"]

    answer = admin.post(KEYS, json=said)

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["params"]["errors"]] == [field]
    assert admin.get(KEYS).json()["data"] == before


@pytest.mark.parametrize("key_id", ["nobody", "%00", "x" * 3000])
def test_a_key_that_is_not_there_is_not_found(admin: httpx.Client, key_id: str) -> None:
    answers = [admin.get(f"{KEYS}/{key_id}"), admin.delete(f"{KEYS}/{key_id}")]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (404, "ENTITY_NOT_FOUND")
    }


def test_a_revoked_key_opens_nothing_and_says_so_to_its_holder(admin: httpx.Client) -> None:
    key = made(admin)
    headers = bearer(key["value"])
    before = admin.get(PIECES, headers=headers)

    revoked = admin.delete(f"{KEYS}/{key['id']}").json()
    again = admin.delete(f"{KEYS}/{key['id']}").json()
    refused = admin.get(PIECES, headers=headers)

    assert before.status_code == 200
    assert revoked["revoked"] == revoked["updated"] == again["revoked"]
    assert (refused.status_code, refused.json()["code"]) == (401, "AUTHENTICATION")
    assert refused.json()["params"]["message"] == f"the api key was revoked at {revoked['revoked']}"


def test_the_last_key_of_an_administrator_is_not_revoked(
    admin: httpx.Client,
) -> None:
    keys = admin.get(KEYS, params={"limit": 100}).json()["data"]
    admins = [each["id"] for each in keys if each["scope"] == "admin" and not each["revoked"]]
    own = next(each["id"] for each in keys if each["displayName"] == "admin")

    answers = [admin.delete(f"{KEYS}/{each}") for each in (*(set(admins) - {own}), own)]

    assert [each.status_code for each in answers] == [200] * (len(admins) - 1) + [409]
    assert "keys create --scope admin" in answers[-1].json()["params"]["hint"]
    assert admin.get(KEYS).status_code == 200


def test_an_expired_key_says_so_to_its_holder(admin: httpx.Client) -> None:
    soon = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 0.3, UTC)
    key = made(admin, expires=soon.isoformat())

    with httpx.Client(base_url=admin.base_url, headers=bearer(key["value"])) as client:
        answers = (client.get(PIECES) for _ in range(10_000))
        answer = next(each for each in answers if each.status_code != 200)

    assert answer.status_code == 401
    assert answer.json()["params"]["message"] == f"the api key expired at {key['expires']}"


def raw(instance: Instance, *headers: str) -> int:
    """Ask as no HTTP library would; return the status."""
    address = urlsplit(instance.url)
    lines = [f"GET {PIECES} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.settimeout(20)
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: bearer {key}",
        "authorization: BEARER {key}",
        "Authorization: Bearer  {key} ",
    ],
)
def test_a_key_is_taken_in_any_spelling_of_the_scheme(instance: Instance, header: str) -> None:
    assert raw(instance, header.format(key=instance.key)) == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param(["Authorization:"], id="empty"),
        pytest.param(["Authorization: Bearer"], id="no key"),
        pytest.param(["Authorization: {key}"], id="no scheme"),
        pytest.param(["Authorization: Token {key}"], id="other scheme"),
        pytest.param(["Authorization: Bearer {key}x"], id="longer"),
        pytest.param(["Authorization: Bearer {upper}"], id="other case"),
        pytest.param(["Authorization: Bearer {key}, Bearer {key}"], id="two keys"),
        pytest.param(["Authorization: Bearer ключ"], id="unicode"),
        pytest.param(
            ["Authorization: Bearer {key}", "Authorization: Bearer {key}"], id="two headers"
        ),
        pytest.param(["X-Api-Key: {key}"], id="other header"),
        pytest.param(["Cookie: key={key}"], id="cookie"),
    ],
)
def test_a_key_is_taken_as_documented_only(instance: Instance, headers: list[str]) -> None:
    sent = [each.format(key=instance.key, upper=instance.key.upper()) for each in headers]

    assert raw(instance, *sent) == 401


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token"])
def test_a_key_in_the_address_opens_nothing(instance: Instance, name: str) -> None:
    answer = httpx.get(f"{instance.url}{PIECES}", params={name: instance.key})

    assert answer.status_code == 401


def test_installers_send_it_as_the_password_of_one_user(instance: Instance) -> None:
    index = f"{instance.url}/simple/"

    taken = httpx.get(index, auth=("__token__", instance.key))
    refused = httpx.get(index, auth=("ada", instance.key))

    assert taken.status_code == 200
    assert refused.status_code == 401
    assert "`__token__`" in refused.text
    assert refused.headers["www-authenticate"].startswith("Basic ")


def test_the_command_line_revokes_a_key_of_a_running_instance(
    instance: Instance, database: dict[str, str]
) -> None:
    folder = instance.data_folder
    options = ["--name", "made", "--scope", "admin"]
    key = run_command("keys", "create", *options, data_folder=folder, **database).stdout.strip()
    with httpx.Client(base_url=instance.url, headers=bearer(key)) as client:
        before = client.get(KEYS).status_code

        revoked = run_command("keys", "revoke", "made", data_folder=folder, **database)
        after = client.get(KEYS).status_code

    assert (revoked.returncode, before, after) == (0, 200, 401)
    assert f"which ended in {key[-4:]}\n" in revoked.stdout
    assert key not in revoked.stdout
