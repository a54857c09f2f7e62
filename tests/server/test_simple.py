from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

FILE = "piece_gelato-0.10.0-py3-none-any.whl"
SDK = {"piecekit", "pieces-common", "pieces-engine", "pieces-framework", "pieces-server"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build_wheel(tmp_path_factory.mktemp("wheels"), version="0.10.0").read_bytes()


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, wheel: bytes) -> Iterator[Instance]:
    """An instance that holds two versions of a piece."""
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        assert publish(started, wheel, version="0.10.0").status_code == 201
        older = build_wheel(folder, version="0.9.0", module="VALUE = 'old'\n").read_bytes()
        assert publish(started, older, version="0.9.0").status_code == 201
        yield started


def get(
    instance: Instance, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> httpx.Response:
    auth = ("__token__", instance.key)
    return httpx.request(
        method, f"{instance.url}{path}", auth=auth, headers=headers or {}, timeout=30
    )


def metadata_of(name: str, version: str = "0.10.0") -> bytes:
    files = wheel_files(name, version)
    return str(files[f"{name.replace('-', '_')}-{version}.dist-info/METADATA"]).encode()


class Links(HTMLParser):
    """The links of a page as installers see them: their attributes, and their texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self.metas: dict[str, str | None] = {}
        self._within = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "a"
        if self._within:
            self.attributes.append(dict(attrs))
        if tag == "meta":
            said = dict(attrs)
            self.metas[said.get("name") or ""] = said.get("content")

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts.append(data)
            self._within = False


def test_the_index_lists_pieces_and_the_sdk(instance: Instance) -> None:
    answer = get(instance, "/simple/")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    links = Links(answer.text)
    assert {"piece-gelato"} | SDK <= set(links.texts)
    assert links.texts == sorted(links.texts)
    assert [link["href"] for link in links.attributes] == [f"{name}/" for name in links.texts]


def test_a_name_that_is_new_is_in_the_list_at_once(instance: Instance, tmp_path: Path) -> None:
    assert "piece-latest" not in Links(get(instance, "/simple/").text).texts
    content = build_wheel(tmp_path, "piece-latest").read_bytes()
    assert publish(instance, content, name="piece-latest").status_code == 201

    assert "piece-latest" in Links(get(instance, "/simple/").text).texts


def test_a_distribution_lists_its_files_with_what_installers_choose_by(
    instance: Instance, wheel: bytes
) -> None:
    links = Links(get(instance, "/simple/piece-gelato/").text)

    metadata = f"sha256={hashlib.sha256(metadata_of('piece-gelato')).hexdigest()}"
    assert links.metas["pypi:repository-version"] == "1.4"
    assert links.texts == ["piece_gelato-0.9.0-py3-none-any.whl", FILE]
    assert links.attributes[1] == {
        "href": f"{FILE}#sha256={hashlib.sha256(wheel).hexdigest()}",
        "data-requires-python": ">=3.11",
        "data-core-metadata": metadata,
        "data-dist-info-metadata": metadata,
    }


def test_what_a_wheel_says_is_escaped_in_pages(instance: Instance, tmp_path: Path) -> None:
    files = wheel_files("piece-quotes")
    path = "piece_quotes-0.1.0.dist-info/METADATA"
    files[path] = str(files[path]).replace(">=3.11", ">=3.11,<4")
    content = write_wheel(tmp_path / "w.whl", files).read_bytes()
    assert publish(instance, content, name="piece-quotes").status_code == 201

    page = get(instance, "/simple/piece-quotes/").text

    assert ",<4" not in page
    assert Links(page).attributes[0]["data-requires-python"] == ">=3.11,<4"


def test_a_file_is_what_was_published(instance: Instance, wheel: bytes) -> None:
    answer = get(instance, f"/simple/piece-gelato/{FILE}")

    assert answer.content == wheel
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(wheel))
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_metadata_of_a_file_is_served_by_itself(instance: Instance) -> None:
    answer = get(instance, f"/simple/piece-gelato/{FILE}.metadata")

    assert answer.content == metadata_of("piece-gelato")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_large_file_is_sent_whole(instance: Instance, tmp_path: Path) -> None:
    files = wheel_files("piece-large")
    # Not compressible, or the file would not be large.
    noise = b"".join(
        hashlib.sha256(bytes([i, j, k])).digest()
        for i in range(64)
        for j in range(64)
        for k in range(8)
    )
    content = write_wheel(
        tmp_path / "w.whl", {**files, "piece_large/noise.bin": noise}
    ).read_bytes()
    assert publish(instance, content, name="piece-large").status_code == 201
    path = "/simple/piece-large/piece_large-0.1.0-py3-none-any.whl"

    whole = get(instance, path)
    part = get(instance, path, headers={"Range": "bytes=100-900000"})

    assert len(content) > 1_000_000
    assert whole.content == content
    assert part.content == content[100:900001]


@pytest.mark.parametrize(
    "path", ["", "piece-gelato/", f"piece-gelato/{FILE}", f"piece-gelato/{FILE}.metadata"]
)
def test_installers_may_ask_for_the_head_only(instance: Instance, path: str) -> None:
    answer = get(instance, f"/simple/{path}", method="HEAD")

    assert answer.status_code == 200
    assert answer.content == b""
    full = dict(get(instance, f"/simple/{path}").headers)
    changing = {"date", "x-request-id"}
    assert {**answer.headers} | dict.fromkeys(changing, "") == full | dict.fromkeys(changing, "")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/simple", "/simple/"),
        ("/simple?format=text/html", "/simple/?format=text/html"),
        ("/simple/piece-gelato", "/simple/piece-gelato/"),
        ("/simple/Piece_Gelato/", "/simple/piece-gelato/"),
        ("/simple/Piece.Gelato?a=b&c", "/simple/piece-gelato/?a=b&c"),
        ("/simple/piece--gelato/?a", "/simple/piece-gelato/?a"),
        (f"/simple/Piece.Gelato/{FILE}", f"/simple/piece-gelato/{FILE}"),
        (f"/simple/PIECE-gelato/{FILE}.metadata", f"/simple/piece-gelato/{FILE}.metadata"),
    ],
)
def test_other_spellings_are_redirected(instance: Instance, path: str, location: str) -> None:
    answer = get(instance, path)

    assert answer.status_code == 301
    assert answer.headers["x-content-type-options"] == "nosniff"
    # Relative, so that it holds behind a proxy that serves the index below another path.
    assert "://" not in answer.headers["location"]
    assert answer.headers["location"][0] != "/"
    assert answer.url.join(answer.headers["location"]) == f"{instance.url}{location}"


@pytest.mark.parametrize(
    "path",
    [
        "piece-none/",
        "piece-gelato/piece_gelato-9.9.9-py3-none-any.whl",
        "piece-gelato/piece_gelato-9.9.9-py3-none-any.whl.metadata",
        "piece-gelato/piece_gelato-0.10.0-py2-none-any.whl",
        "piece-gelato/.metadata",
        "piece-gelato/a/b",
        "pieces-engine/" + FILE,
        "piece-gelato/..%2f..%2fpiecekit.db",
        "piece-gelato/%2e%2e%2f%2e%2e%2fpiecekit.db",
        "piece-gelato%2f",
        "piece-gelato%00/",
        "piece-gelato/%00.whl",
        "%ff%fe/",
        "/evil.example.com/",
        "%2f%2fevil.example.com",
        "%5c%5cevil.example.com",
        "https:%2f%2fevil.example.com",
        "%0d%0aX%3a%20y",
        "-piece",
        "..%2f",
    ],
)
def test_what_is_not_in_the_index_is_not_found(instance: Instance, path: str) -> None:
    answer = get(instance, f"/simple/{path}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "ENTITY_NOT_FOUND"


def test_a_slash_that_is_part_of_a_name_does_not_end_the_address_of_the_index(
    instance: Instance,
) -> None:
    answer = get(instance, "/simple%2Fpiece-gelato/")

    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_index_is_only_read(instance: Instance, method: str) -> None:
    answer = get(instance, "/simple/piece-gelato/", method=method)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "path", ["", "piece-gelato/", f"piece-gelato/{FILE}", f"piece-gelato/{FILE}.metadata"]
)
@pytest.mark.parametrize(
    "auth",
    [None, ("__token__", "sk-wrong"), ("", ""), ("admin", "KEY")],
    ids=["none", "wrong key", "empty", "wrong user"],
)
def test_installing_needs_a_key(
    instance: Instance, path: str, auth: tuple[str, str] | None
) -> None:
    if auth is not None:
        auth = (auth[0], auth[1].replace("KEY", instance.key))

    answer = httpx.get(f"{instance.url}/simple/{path}", auth=auth)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_a_name_that_is_unknown_looks_to_strangers_like_one_that_is_not(instance: Instance) -> None:
    known, unknown = (
        httpx.get(f"{instance.url}/simple/{name}/") for name in ("piece-gelato", "piece-none")
    )

    assert known.json() == unknown.json()
    assert known.status_code == unknown.status_code == 401


def test_basic_credentials_that_are_none_are_refused(instance: Instance) -> None:
    answer = httpx.get(f"{instance.url}/simple/", headers={"Authorization": "Basic %%%"})

    assert answer.status_code == 401


def test_a_bearer_key_opens_the_index_too(instance: Instance) -> None:
    assert httpx.get(f"{instance.url}/simple/", headers=instance.headers).status_code == 200


def test_a_basic_key_does_not_open_the_api(instance: Instance) -> None:
    assert get(instance, "/api/v1/pieces").status_code == 401
