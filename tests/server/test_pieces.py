from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import METADATA, build_wheel

I18N = {"de": {"Ice cream": "Eis"}}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance that holds four versions of three pieces."""
    folder = tmp_path_factory.mktemp("wheels")
    published = [
        ("piece-zebra", "0.9.0", "aardvark"),
        ("piece-zebra", "0.10.0", "Aardvark"),
        ("piece-middle", "1.0.0", "Étoile"),
        ("acme-piece-x", "1.0.0", "bee"),
    ]
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        for name, version, display_name in published:
            metadata = METADATA | {"displayName": display_name}
            wheel = build_wheel(folder, name, version, metadata=metadata, i18n=I18N).read_bytes()
            assert publish(started, wheel, name=name, version=version).status_code == 201
        yield started


def get(instance: Instance, path: str) -> httpx.Response:
    return httpx.get(f"{instance.url}{path}", headers=instance.headers)


def test_the_list_has_the_newest_version_of_each_piece_by_display_name(instance: Instance) -> None:
    answer = get(instance, "/api/v1/pieces")

    assert [(piece["displayName"], piece["name"], piece["version"]) for piece in answer.json()] == [
        ("Aardvark", "piece-zebra", "0.10.0"),
        ("bee", "acme-piece-x", "1.0.0"),
        ("Étoile", "piece-middle", "1.0.0"),
    ]


@pytest.mark.parametrize(
    "path", ["pieces", "pieces/piece-zebra", "pieces/piece-none", "pieces/categories", "health"]
)
def test_head_is_answered_as_get_is_without_the_body(instance: Instance, path: str) -> None:
    full = get(instance, f"/api/v1/{path}")

    answer = httpx.head(f"{instance.url}/api/v1/{path}", headers=instance.headers)

    assert (answer.status_code, answer.content) == (full.status_code, b"")
    assert answer.headers["content-length"] == full.headers["content-length"]


def test_the_list_counts_actions_and_triggers(instance: Instance) -> None:
    first = get(instance, "/api/v1/pieces").json()[0]

    assert (first["actions"], first["triggers"]) == (2, 1)
    assert first["description"] == "Ice cream"


def test_translations_are_in_the_detail_and_not_in_the_list(instance: Instance) -> None:
    detail = get(instance, "/api/v1/pieces/piece-zebra")
    listed = get(instance, "/api/v1/pieces")

    assert detail.json()["i18n"] == I18N
    assert not any("i18n" in piece for piece in listed.json())


@pytest.mark.parametrize(
    "name",
    ["piece-zebra", "Piece_Zebra", "@activepieces/piece-zebra", "@activepieces%2Fpiece-zebra"],
)
def test_a_piece_is_found_under_each_of_its_names(instance: Instance, name: str) -> None:
    answer = get(instance, f"/api/v1/pieces/{name}")

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["version"]) == ("piece-zebra", "0.10.0")
    assert answer.json()["actions"] == METADATA["actions"]


def test_a_scope_of_ones_own_is_part_of_the_name(instance: Instance) -> None:
    answer = get(instance, "/api/v1/pieces/@acme/piece-x")

    assert answer.json()["name"] == "acme-piece-x"


def test_an_older_version_is_answered_when_asked_for(instance: Instance) -> None:
    answer = get(instance, "/api/v1/pieces/piece-zebra?version=0.9.0")

    assert answer.json()["displayName"] == "aardvark"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("piece-none", "piece-none"),
        ("@acme/piece-none", "@acme/piece-none"),
        ("piece-zebra?version=0.8.0", "piece-zebra"),
    ],
)
def test_an_unknown_piece_or_version_is_not_found(instance: Instance, path: str, name: str) -> None:
    answer = get(instance, f"/api/v1/pieces/{path}")

    assert answer.status_code == 404
    assert answer.json() == {
        "code": "ENTITY_NOT_FOUND",
        "params": {"message": f"piece_metadata_not_found pieceName={name}"},
    }


@pytest.mark.parametrize("path", ["/api/v1/pieces", "/api/v1/pieces/piece-zebra"])
def test_reading_needs_a_key(instance: Instance, path: str) -> None:
    assert httpx.get(f"{instance.url}{path}").status_code == 401
    wrong = {"Authorization": f"Bearer {instance.key[:-1]}"}
    assert httpx.get(f"{instance.url}{path}", headers=wrong).status_code == 401


def test_sdk_wheels_are_no_pieces(instance: Instance) -> None:
    assert get(instance, "/api/v1/pieces/pieces-framework").status_code == 404


def test_the_description_of_the_api_has_the_form(instance: Instance) -> None:
    description = get(instance, "/openapi.json").json()

    route = description["paths"]["/api/v1/pieces"]["post"]
    form = route["requestBody"]["content"]["multipart/form-data"]["schema"]
    uploaded, installed = (each["properties"] for each in form["oneOf"])
    assert uploaded["pieceArchive"]["format"] == "binary"
    assert uploaded["packageType"]["const"] == "ARCHIVE"
    assert installed["packageType"]["const"] == "REGISTRY"
    assert "pieceArchive" not in installed
