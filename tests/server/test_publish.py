from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import FORM, publish, stored_state
from tests.support.wheels import METADATA, build_wheel, wheel_files, with_record, write_wheel

MB = 1024 * 1024


@pytest.fixture(scope="module")
def public_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("public"), AP_PUBLIC_READ="true") as started:
        yield started


def test_publishing_answers_with_the_full_model(instance: Instance, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path).read_bytes()

    answer = publish(instance, wheel)

    assert answer.status_code == 201
    model = answer.json()
    assert re.fullmatch(r"[0-9a-zA-Z]{21}", model.pop("id"))
    created = model.pop("created")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert model.pop("updated") == created
    assert {each["severity"] for each in model.pop("findings")} == {"warning"}
    assert model == METADATA | {
        "name": "piece-gelato",
        "version": "0.1.0",
        "pieceType": "CUSTOM",
        "packageType": "ARCHIVE",
        "projectUsage": 0,
        "sha256": hashlib.sha256(wheel).hexdigest(),
        "sourceDigest": "d" * 64,
        "filename": "piece_gelato-0.1.0-py3-none-any.whl",
        "size": len(wheel),
        "i18n": {},
        "minimumSupportedRelease": "0.0.0",
        "maximumSupportedRelease": "999.999.999",
    }


def test_all_that_the_piece_says_of_itself_is_stored(instance: Instance, tmp_path: Path) -> None:
    i18n = {"de": {"Ice cream": "Eis"}}
    wheel = build_wheel(tmp_path, "piece-said", i18n=i18n, framework="0.7.1").read_bytes()

    publish(instance, wheel, name="piece-said")

    with closing(sqlite3.connect(instance.data_folder / "piecekit.db")) as connection:
        query = "SELECT framework, i18n FROM pieces WHERE name = 'piece-said'"
        ((framework, stored),) = connection.execute(query)
    assert (framework, json.loads(stored)) == ("0.7.1", i18n)


def test_a_second_version_keeps_the_time_of_the_first(instance: Instance, tmp_path: Path) -> None:
    first = publish(instance, build_wheel(tmp_path, "piece-a").read_bytes(), name="piece-a").json()
    wheel = build_wheel(tmp_path, "piece-a", "0.2.0").read_bytes()

    second = publish(instance, wheel, name="piece-a", version="0.2.0").json()

    assert second["created"] == first["created"]
    assert second["updated"] > first["updated"]


def test_metadata_cannot_pose_as_the_instances_own_fields(
    instance: Instance, tmp_path: Path
) -> None:
    metadata = METADATA | {"id": "mine", "name": "piece-other", "pieceType": "OFFICIAL"}
    wheel = build_wheel(tmp_path, "piece-posing", metadata=metadata).read_bytes()

    model = publish(instance, wheel, name="piece-posing").json()

    assert model["id"] != "mine"
    assert (model["name"], model["pieceType"]) == ("piece-posing", "CUSTOM")


@pytest.mark.parametrize("name", ["@activepieces/piece-named", "Piece_Named", "piece-named"])
def test_a_piece_is_accepted_under_either_of_its_names(
    instance: Instance, tmp_path: Path, name: str
) -> None:
    version = {"@": "1.0.0", "P": "2.0.0", "p": "3.0.0"}[name[0]]
    wheel = build_wheel(tmp_path, "piece-named", version).read_bytes()

    answer = publish(instance, wheel, name=name, version=version)

    assert answer.status_code == 201
    assert answer.json()["name"] == "piece-named"


def test_a_name_may_be_as_long_as_one_that_can_be_scaffolded(
    instance: Instance, tmp_path: Path
) -> None:
    name = "piece-" + "x" * 208
    wheel = build_wheel(tmp_path, name).read_bytes()

    answer = publish(instance, wheel, name=name)

    assert answer.status_code == 201
    assert answer.json()["name"] == name


def test_publishing_never_imports_the_piece(instance: Instance, tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    # In a decorator, which the checks let pass: this is about what runs, not about what is found.
    module = (
        "import pathlib\ndef run(function):\n    function()\n    return function\n\n"
        f"@run\ndef mark():\n    pathlib.Path({str(marker)!r}).touch()\n"
    )
    wheel = build_wheel(tmp_path, "piece-marker", module=module).read_bytes()

    answer = publish(instance, wheel, name="piece-marker")
    httpx.get(f"{instance.url}/api/v1/pieces/piece-marker", headers=instance.headers)
    httpx.get(f"{instance.url}/simple/piece-marker/", headers=instance.headers)

    assert answer.status_code == 201
    assert not marker.exists()


def without_piece() -> dict[str, str | bytes]:
    files = wheel_files("piece-without")
    return {name: content for name, content in files.items() if not name.endswith("piece.json")}


def damaged(name: str) -> bytes:
    """A wheel whose METADATA is sound; that a module of it is not shows only when all is read."""
    return zipped(wheel_files(name, module="VALUE = 'vanilla'")).replace(b"vanilla", b"lemon  ")


def zipped(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in with_record(files).items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return content.getvalue()


BAD_ARCHIVES = {
    "damaged": (damaged("piece-bad"), "piece-bad", "0.1.0", "another checksum", "content-checksum"),
    "another name, which is looked at first": (
        damaged("piece-bad"),
        "piece-good",
        "0.1.0",
        "holds `piece-bad`, not 'piece-good'",
        "published-name",
    ),
    "not a zip": (b"not a zip", "piece-bad", "0.1.0", "not a zip archive", "not-a-zip"),
    "empty": (b"", "piece-bad", "0.1.0", "not a zip archive", "not-a-zip"),
    "a zip of other things": (
        {"a.txt": "a"},
        "piece-bad",
        "0.1.0",
        "0 `*.dist-info` folders",
        "dist-info-missing",
    ),
    "no piece metadata": (
        without_piece(),
        "piece-without",
        "0.1.0",
        "extra_metadata/piece.json",
        "piece-missing",
    ),
    "another name": (
        wheel_files("piece-bad"),
        "piece-good",
        "0.1.0",
        "holds `piece-bad`, not 'piece-good'",
        "published-name",
    ),
    "another version": (
        wheel_files("piece-bad"),
        "piece-bad",
        "0.2.0",
        "holds version 0.1.0, not '0.2.0'",
        "published-version",
    ),
}


@pytest.mark.parametrize(
    ("archive", "name", "version", "reason", "rule"), BAD_ARCHIVES.values(), ids=BAD_ARCHIVES.keys()
)
def test_a_bad_archive_is_refused_and_nothing_is_stored(
    instance: Instance,
    tmp_path: Path,
    archive: bytes | dict[str, str | bytes],
    name: str,
    version: str,
    reason: str,
    rule: str,
) -> None:
    if isinstance(archive, dict):
        archive = write_wheel(tmp_path / "bad.whl", archive).read_bytes()
    before = stored_state(instance)

    answer = publish(instance, archive, name=name, version=version, filename="bad.whl")

    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_PIECE_ARCHIVE"
    assert reason in answer.json()["params"]["message"]
    assert answer.json()["params"]["message"].startswith("`bad.whl`")
    assert answer.json()["params"]["hint"]
    assert answer.json()["params"]["rule"] == rule
    assert stored_state(instance) == before


BAD_FORMS: dict[str, tuple[dict[str, str], str]] = {
    "no name": ({"pieceName": ""}, "pieceName"),
    "odd version": ({"pieceVersion": "1.0"}, "pieceVersion"),
    "another package type": ({"packageType": "OFFICIAL"}, "packageType"),
    "another scope": ({"scope": "PROJECT"}, "scope"),
}


@pytest.mark.parametrize(("changes", "field"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_a_bad_field_is_named_and_nothing_is_stored(
    instance: Instance, tmp_path: Path, changes: dict[str, str], field: str
) -> None:
    before = stored_state(instance)

    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers=instance.headers,
        data={**FORM, **changes},
        files={"pieceArchive": build_wheel(tmp_path).read_bytes()},
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION"
    assert [error["field"] for error in answer.json()["params"]["errors"]] == [field]
    assert stored_state(instance) == before


def test_every_missing_field_is_named_at_once(instance: Instance) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers={**instance.headers, "Content-Type": "multipart/form-data; boundary=b"},
        content=b"--b--\r\n",
    )

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["params"]["errors"]} == {
        *FORM,
        "pieceArchive",
    }


def test_an_archive_that_is_no_file_is_refused(instance: Instance) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers=instance.headers,
        files={**{name: (None, text) for name, text in FORM.items()}, "pieceArchive": (None, "a")},
    )

    assert answer.status_code == 400
    assert answer.json()["params"]["errors"][0]["field"] == "pieceArchive"


def test_two_archives_in_one_form_are_refused(instance: Instance) -> None:
    files = [("pieceArchive", ("a.whl", b"a")), ("pieceArchive", ("b.whl", b"b"))]

    answer = httpx.post(
        f"{instance.url}/api/v1/pieces", headers=instance.headers, data=FORM, files=files
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION"


@pytest.mark.parametrize("size", [MB + 1, 3 * MB, 40 * MB], ids=["just", "some", "far"])
def test_too_large_a_file_is_refused_in_an_answer_the_client_can_read(
    instance: Instance, size: int
) -> None:
    before = stored_state(instance)

    answer = publish(instance, b"x" * size)

    assert answer.status_code == 413
    assert answer.json()["code"] == "FILE_TOO_LARGE"
    assert "larger than 1 MB" in answer.json()["params"]["message"]
    assert stored_state(instance) == before


def test_too_large_a_body_that_does_not_announce_its_size_is_refused(instance: Instance) -> None:
    before = stored_state(instance)

    def body() -> Iterator[bytes]:
        yield (
            b'--b\r\nContent-Disposition: form-data; name="pieceArchive"; filename="a.whl"\r\n\r\n'
        )
        for _ in range(300):
            yield b"x" * 64 * 1024
        yield b"\r\n--b--\r\n"

    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers={**instance.headers, "Content-Type": "multipart/form-data; boundary=b"},
        content=body(),
    )

    assert answer.status_code == 413
    assert answer.json()["code"] == "FILE_TOO_LARGE"
    assert stored_state(instance) == before


def test_a_file_of_just_the_limit_is_read(instance: Instance) -> None:
    answer = publish(instance, b"x" * MB)

    assert answer.json()["code"] == "INVALID_PIECE_ARCHIVE"


@pytest.mark.parametrize("module", ["", "OTHER = 1\n"], ids=["same bytes", "other bytes"])
def test_a_version_that_is_there_is_not_replaced(
    instance: Instance, tmp_path: Path, module: str
) -> None:
    name = "piece-kept" if module else "piece-again"
    wheel = build_wheel(tmp_path, name, module="").read_bytes()
    first = publish(instance, wheel, name=name).json()
    before = stored_state(instance)

    answer = publish(instance, build_wheel(tmp_path, name, module=module).read_bytes(), name=name)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "VALIDATION",
        "params": {
            "message": f"piece_metadata_already_exists name={name} version=0.1.0 "
            "projectId=undefined",
            "sha256": first["sha256"],
            "sourceDigest": "d" * 64,
        },
    }
    assert stored_state(instance) == before


@pytest.mark.parametrize("name", ["Piece_Spelt", "piece.spelt"])
def test_another_spelling_of_the_name_is_the_same_piece(
    instance: Instance, tmp_path: Path, name: str
) -> None:
    publish(instance, build_wheel(tmp_path, "piece-spelt").read_bytes(), name="piece-spelt")

    answer = publish(instance, build_wheel(tmp_path, name).read_bytes(), name=name)

    assert answer.status_code == 409


@pytest.mark.parametrize("name", ["pieces-framework", "pieces_server"])
def test_no_piece_takes_the_name_of_a_part_of_piecekit(
    instance: Instance, tmp_path: Path, name: str
) -> None:
    before = stored_state(instance)
    package = name.replace("-", "_")
    files = {
        path.replace(f"{package}/", "other/"): str(content).replace(f"{package}:", "other:")
        for path, content in wheel_files(name, "99.0.0").items()
    }
    wheel = write_wheel(tmp_path / "w.whl", files)

    answer = publish(instance, wheel.read_bytes(), name=name, version="99.0.0")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PIECE_ARCHIVE")
    assert answer.json()["params"]["rule"] == "reserved-name"
    assert "a part of Piecekit" in answer.json()["params"]["message"]
    assert stored_state(instance) == before


@pytest.mark.parametrize("charset", ["undefined", "utf-7", "punycode"])
def test_a_form_in_an_odd_charset_is_refused(instance: Instance, charset: str) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces",
        headers={
            **instance.headers,
            "Content-Type": f"multipart/form-data; boundary=B; charset={charset}",
        },
        content=b'--B\r\nContent-Disposition: form-data; name="+2AA-"\r\n\r\nx\r\n--B--\r\n',
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION")
    assert "utf-8" in answer.text


def test_of_concurrent_publishers_of_the_same_bytes_one_wins(
    instance: Instance, tmp_path: Path
) -> None:
    name = "piece-raced"
    wheel = build_wheel(tmp_path, name).read_bytes()
    files_before = len(stored_state(instance)[2])

    with ThreadPoolExecutor(20) as pool:
        racing = [pool.submit(publish, instance, wheel, name=name) for _ in range(20)]
        answers = [each.result() for each in racing]

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 19
    (winner,) = (answer.json() for answer in answers if answer.status_code == 201)
    losers = [answer.json()["params"] for answer in answers if answer.status_code == 409]
    assert {loser["sha256"] for loser in losers} == {winner["sha256"]}
    assert len(stored_state(instance)[2]) == files_before + 1


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        pytest.param({}, "missing api key", id="no key"),
        pytest.param({"Authorization": "Bearer sk-" + "x" * 61}, "invalid api key", id="unknown"),
        pytest.param({"Authorization": "Token sk-x"}, "missing api key", id="other scheme"),
        pytest.param({"Authorization": "Basic X190b2tlbl9fOng="}, "missing api key", id="basic"),
    ],
)
def test_publishing_needs_a_known_key_even_where_reading_is_public(
    public_instance: Instance, headers: dict[str, str], message: str
) -> None:
    url = public_instance.url

    answer = httpx.post(
        f"{url}/api/v1/pieces",
        headers=headers,
        data=FORM,
        files={"pieceArchive": io.BytesIO(b"x" * 20 * MB)},
    )

    assert answer.status_code == 401
    assert answer.json()["code"] == "AUTHENTICATION"
    assert answer.json()["params"]["message"] == message
    assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{url}/api/v1/pieces").json() == []
