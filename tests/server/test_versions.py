from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import METADATA, build_wheel

VERSIONS = ["0.1.0", "0.1.5", "0.1.10", "0.2.0", "1.0.0", "1.2.0", "1.10.0", "2.0.0", "2.0.1"]
LATER_RELEASE = "2.0.1"
YANKED = "1.10.0"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance with many versions of one piece."""
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        for version in VERSIONS:
            release = "0.99.0" if version == LATER_RELEASE else "0.0.0"
            metadata = {**METADATA, "minimumSupportedRelease": release}
            wheel = build_wheel(folder, "piece-many", version, metadata=metadata)
            published = publish(started, wheel.read_bytes(), name="piece-many", version=version)
            assert published.is_success, published.text
        url = f"{started.url}/api/v1/pieces/piece-many/versions"
        for path, reason in ((f"{YANKED}/yank", "leaks"), ("1.2.0/deprecation", "use 2")):
            done = httpx.put(f"{url}/{path}", headers=started.headers, json={"reason": reason})
            assert done.is_success, done.text
        yield started


def asked(instance: Instance, version: str) -> httpx.Response:
    url = f"{instance.url}/api/v1/pieces/piece-many"
    return httpx.get(url, params={"version": version}, headers=instance.headers)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("0.1.5", "0.1.5"),
        ("~0.1.0", "0.1.10"),
        ("~0.1.5", "0.1.10"),
        ("^0.1.0", "0.2.0"),
        ("^1.0.0", "1.2.0"),
        ("~1.10.0", None),
        ("1.10.0", "1.10.0"),
        ("^2.0.0", "2.0.0"),
        ("2.0.1", None),
        ("0.1.1", None),
        ("^3.0.0", None),
    ],
)
def test_the_newest_version_that_is_accepted_is_answered(
    instance: Instance, requirement: str, expected: str | None
) -> None:
    answer = asked(instance, requirement)

    assert answer.json().get("version") == expected
    assert answer.status_code == (404 if expected is None else 200)


def test_without_a_version_the_newest_of_the_release_is_answered(instance: Instance) -> None:
    answer = httpx.get(f"{instance.url}/api/v1/pieces/piece-many", headers=instance.headers)

    assert answer.json()["version"] == "2.0.0"


@pytest.mark.parametrize("text", ["", "latest", "1.0", ">=1.0.0", "v1.0.0", "01.0.0", "~~1.0.0"])
def test_what_is_no_version_is_refused(instance: Instance, text: str) -> None:
    answer = asked(instance, text)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION")
    params = answer.json()["params"]
    assert f"{text!r} is neither a version nor a range" in params["message"]
    assert "leave `version` out for the newest" in params["hint"]


def test_a_withdrawn_version_says_why(instance: Instance) -> None:
    yanked, deprecated = asked(instance, YANKED).json(), asked(instance, "1.2.0").json()

    assert yanked["yanked"]["reason"] == "leaks"
    assert yanked["yanked"]["date"].endswith("Z")
    assert deprecated["deprecated"]["reason"] == "use 2"
    assert "yanked" not in deprecated


@pytest.mark.parametrize("name", ["piece-many", "@activepieces/piece-many", "Piece_Many"])
@pytest.mark.parametrize("version", ["0.1.5", YANKED, LATER_RELEASE])
def test_a_version_can_be_read_whatever_release_can_run_it_and_though_it_is_yanked(
    instance: Instance, name: str, version: str
) -> None:
    url = f"{instance.url}/api/v1/pieces/{name}/versions/{version}"

    answer = httpx.get(url, headers=instance.headers)

    assert (answer.status_code, answer.json()["version"]) == (200, version)
    assert "sourceDigest" in answer.json()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("piece-many/versions/0.1.6", 404),
        ("piece-none/versions/0.1.5", 404),
        ("piece-many/versions/^0.1.5", 400),
    ],
)
def test_a_version_that_is_not_there_is_not_read(
    instance: Instance, path: str, status: int
) -> None:
    answer = httpx.get(f"{instance.url}/api/v1/pieces/{path}", headers=instance.headers)

    assert answer.status_code == status


def test_versions_are_listed_in_ascending_order_with_what_is_said_of_them(
    instance: Instance,
) -> None:
    answer = httpx.get(
        f"{instance.url}/api/v1/pieces/versions?name=@activepieces/piece-many&release=0.91.0",
        headers=instance.headers,
    )

    assert list(answer.json()) == [each for each in VERSIONS if each != LATER_RELEASE]
    assert answer.json()["0.1.0"] == {}
    assert answer.json()[YANKED]["yanked"]["reason"] == "leaks"
    assert answer.json()["1.2.0"]["deprecated"]["reason"] == "use 2"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("name=piece-none&release=0.91.0", 200),
        ("name=piece-many", 400),
        ("release=0.91.0", 400),
        ("name=piece-many&release=0.91", 400),
    ],
)
def test_versions_of_a_piece_are_asked_for_by_name_and_release(
    instance: Instance, query: str, status: int
) -> None:
    answer = httpx.get(f"{instance.url}/api/v1/pieces/versions?{query}", headers=instance.headers)

    assert answer.status_code == status
    if answer.is_success:
        assert answer.json() == {}
