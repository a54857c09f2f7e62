"""`POST /api/v1/pieces/present`, the reason of a break, and data folders of the schema before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import FORM, publish
from tests.support.wheels import build_wheel

OURS = "d" * 64
OTHER = "e" * 64


@pytest.fixture(scope="module", autouse=True)
def _published(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("wheels")
    for version in ("0.2.0", "0.10.0"):
        wheel = build_wheel(folder, version=version).read_bytes()
        assert publish(instance, wheel, version=version).status_code == 201


@pytest.fixture
def public_instance(tmp_path: Path) -> Iterator[Instance]:
    with running_instance(tmp_path / "public", AP_PUBLIC_READ="true") as started:
        yield started


def ask(instance: Instance, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    sent = instance.headers if headers is None else headers
    return httpx.post(f"{instance.url}/api/v1/pieces/present", json=body, headers=sent)


def piece(
    version: str = "0.2.0", name: str = "piece-gelato", digest: str = OURS
) -> dict[str, object]:
    return {"name": name, "version": version, "sourceDigest": digest}


@pytest.mark.parametrize(
    ("version", "digest", "status", "previous"),
    [
        pytest.param("0.2.0", OURS, "present", None, id="same"),
        pytest.param("0.2.0", OTHER, "changed", None, id="other-content"),
        pytest.param("0.1.9", OURS, "absent", None, id="below-all"),
        pytest.param("0.9.0", OURS, "absent", "0.2.0", id="between"),
        pytest.param("0.10.0", OURS, "present", "0.2.0", id="newest"),
        pytest.param("0.11.0", OURS, "absent", "0.10.0", id="above-all"),
    ],
)
def test_a_version_is_looked_up_by_its_digest(
    instance: Instance, version: str, digest: str, status: str, previous: str | None
) -> None:
    answer = ask(instance, {"pieces": [piece(version, digest=digest)]})

    assert answer.status_code == 200
    assert answer.json() == [
        {"name": "piece-gelato", "version": version, "status": status, "previous": previous}
    ]


def test_answers_come_in_the_order_of_the_question(instance: Instance) -> None:
    asked = [piece(name="piece-none"), piece(), piece(digest=OTHER)]

    answer = ask(instance, {"pieces": asked})

    assert [each["status"] for each in answer.json()] == ["absent", "present", "changed"]


@pytest.mark.parametrize("name", ["Piece_Gelato", "@activepieces/piece-gelato", "piece.gelato"])
def test_a_name_may_be_spelled_as_installers_and_flows_do(instance: Instance, name: str) -> None:
    [answer] = ask(instance, {"pieces": [piece(name=name)]}).json()

    assert (answer["name"], answer["status"]) == (name, "present")


def test_a_thousand_pieces_are_answered_at_once(instance: Instance) -> None:
    asked = [piece(name=f"piece-{number}") for number in range(999)]

    answer = ask(instance, {"pieces": [*asked, piece()]})

    assert [each["status"] for each in answer.json()] == [*["absent"] * 999, "present"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"pieces": [piece()] * 1001}, "pieces", id="too-many"),
        pytest.param({}, "pieces", id="no-pieces"),
        pytest.param([], "body", id="no-object"),
        pytest.param({"pieces": [piece("1.0")]}, "pieces.0.version", id="version"),
        pytest.param({"pieces": [piece(digest="d")]}, "pieces.0.sourceDigest", id="digest"),
        pytest.param({"pieces": [piece(name="")]}, "pieces.0.name", id="name"),
    ],
)
def test_a_question_of_another_form_is_refused(
    instance: Instance, body: object, field: str
) -> None:
    answer = ask(instance, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION")
    assert [each["field"] for each in answer.json()["params"]["errors"]] == [field]


def test_of_a_thousand_mistakes_the_first_ones_are_told(instance: Instance) -> None:
    params = ask(instance, {"pieces": [None] * 1000}).json()["params"]

    assert len(params["errors"]) == 20
    assert params["message"].endswith("; and 980 more")


def test_what_is_no_json_is_refused(instance: Instance) -> None:
    url = f"{instance.url}/api/v1/pieces/present"

    answer = httpx.post(url, content=b"{", headers=instance.headers)

    assert answer.status_code == 400


def test_asking_needs_a_key(instance: Instance) -> None:
    answer = ask(instance, {"pieces": []}, headers={})

    assert answer.status_code == 401


def test_an_instance_that_may_be_read_may_be_asked_without_a_key(
    public_instance: Instance,
) -> None:
    answer = ask(public_instance, {"pieces": [piece()]}, headers={})

    assert answer.json()[0]["status"] == "absent"


def test_the_description_of_the_api_has_the_question_and_the_answer(instance: Instance) -> None:
    description = httpx.get(f"{instance.url}/openapi.json").json()

    route = description["paths"]["/api/v1/pieces/present"]["post"]
    question = route["requestBody"]["content"]["application/json"]["schema"]
    answer = route["responses"]["200"]["content"]["application/json"]["schema"]
    asked = question["properties"]["pieces"]
    assert asked["maxItems"] == 1000
    assert set(asked["items"]["properties"]) == {"name", "version", "sourceDigest"}
    assert answer["items"]["$ref"].endswith("/PresentAnswer")


def publish_breaking(instance: Instance, folder: Path, name: str, reason: str) -> httpx.Response:
    wheel = build_wheel(folder, name).read_bytes()
    return httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers=instance.headers,
        data={**FORM, "pieceName": name, "breakingReason": reason},
        files={"pieceArchive": ("piece.whl", wheel)},
    )


def detail(instance: Instance, name: str) -> dict[str, object]:
    answer = httpx.get(f"{instance.url}/api/v1/pieces/{name}", headers=instance.headers)
    found: dict[str, object] = answer.json()
    return found


def test_the_reason_of_a_break_is_kept_with_the_version(instance: Instance, tmp_path: Path) -> None:
    publish_breaking(instance, tmp_path, "piece-break", "the API of v1 ended")

    assert detail(instance, "piece-break")["breakingReason"] == "the API of v1 ended"


@pytest.mark.parametrize("name", ["piece-gelato", "piece-silent"])
def test_a_version_without_a_reason_has_none(instance: Instance, tmp_path: Path, name: str) -> None:
    publish_breaking(instance, tmp_path, "piece-silent", "")

    assert "breakingReason" not in detail(instance, name)


def test_a_reason_is_kept_without_what_would_steer_a_terminal(
    instance: Instance, tmp_path: Path
) -> None:
    publish_breaking(instance, tmp_path, "piece-steer", "v1\r\n\x1b]0;title\x07 ended")

    assert detail(instance, "piece-steer")["breakingReason"] == "v1 ]0;title ended"


def test_a_reason_without_end_is_refused(instance: Instance, tmp_path: Path) -> None:
    answer = publish_breaking(instance, tmp_path, "piece-long", "x" * 501)

    assert answer.status_code == 400
    assert answer.json()["params"]["errors"][0]["field"] == "breakingReason"
