from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

FILE = "piece_gelato-0.10.0-py3-none-any.whl"


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


def get(instance: Instance, path: str, method: str = "GET") -> httpx.Response:
    return httpx.request(
        method, f"{instance.url}{path}", auth=("__token__", instance.key), timeout=30
    )


class Links(HTMLParser):
    """The links of a page as installers see them: their attributes, and their texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self._within = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "a"
        if self._within:
            self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts.append(data)
            self._within = False


def test_the_index_lists_pieces_and_the_sdk(instance: Instance) -> None:
    answer = get(instance, "/simple/")

    assert answer.headers["content-type"].startswith("text/html")
    links = Links(answer.text)
    sdk = {"piecekit", "pieces-common", "pieces-engine", "pieces-framework", "pieces-server"}
    assert {"piece-gelato"} | sdk <= set(links.texts)
    assert links.texts == sorted(links.texts)
    assert [link["href"] for link in links.attributes] == [f"{name}/" for name in links.texts]


def test_a_distribution_lists_its_files_with_hash_and_python_requirement(
    instance: Instance, wheel: bytes
) -> None:
    links = Links(get(instance, "/simple/piece-gelato/").text)

    assert links.texts == ["piece_gelato-0.9.0-py3-none-any.whl", FILE]
    assert links.attributes[1] == {
        "href": f"{FILE}#sha256={hashlib.sha256(wheel).hexdigest()}",
        "data-requires-python": ">=3.11",
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


@pytest.mark.parametrize("path", ["", "piece-gelato/", f"piece-gelato/{FILE}"])
def test_installers_may_ask_for_the_head_only(instance: Instance, path: str) -> None:
    answer = get(instance, f"/simple/{path}", method="HEAD")

    assert answer.status_code == 200
    assert answer.content == b""
    assert (
        answer.headers["content-length"]
        == get(instance, f"/simple/{path}").headers["content-length"]
    )


def test_a_part_of_a_file_may_be_asked_for(instance: Instance, wheel: bytes) -> None:
    answer = httpx.get(
        f"{instance.url}/simple/piece-gelato/{FILE}",
        headers={**instance.headers, "Range": "bytes=10-19"},
    )

    assert answer.status_code == 206
    assert answer.content == wheel[10:20]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/simple", "/simple/"),
        ("/simple/piece-gelato", "/simple/piece-gelato/"),
        ("/simple/Piece_Gelato/", "/simple/piece-gelato/"),
        ("/simple/Piece.Gelato", "/simple/piece-gelato/"),
        ("/simple/%0d%0aX%3a%20y", "/simple/%0D%0Ax%3A%20y/"),
    ],
)
def test_other_spellings_are_redirected(instance: Instance, path: str, location: str) -> None:
    answer = get(instance, path)

    assert answer.status_code == 301
    assert answer.headers["location"] == location


@pytest.mark.parametrize(
    "path",
    [
        "piece-none/",
        "piece-gelato/piece_gelato-9.9.9-py3-none-any.whl",
        "pieces-engine/" + FILE,
        "piece-gelato/..%2f..%2fpiecekit.db",
    ],
)
def test_what_is_not_in_the_index_is_not_found(instance: Instance, path: str) -> None:
    assert get(instance, f"/simple/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "piece-gelato/", f"piece-gelato/{FILE}"])
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


def test_basic_credentials_that_are_none_are_refused(instance: Instance) -> None:
    answer = httpx.get(f"{instance.url}/simple/", headers={"Authorization": "Basic %%%"})

    assert answer.status_code == 401


def test_a_bearer_key_opens_the_index_too(instance: Instance) -> None:
    assert httpx.get(f"{instance.url}/simple/", headers=instance.headers).status_code == 200


def test_a_basic_key_does_not_open_the_api(instance: Instance) -> None:
    assert get(instance, "/api/v1/pieces").status_code == 401


PIP = [sys.executable, "-m", "pip", "--no-cache-dir", "install", "--no-deps", "--target"]
UV = [str(Path(sys.executable).with_name("uv")), "--no-cache", "pip", "install", "--no-deps"]
INSTALLERS = {
    "pip": [*PIP, "{target}", "--index-url", "{index}"],
    "uv": [*UV, "--python", sys.executable, "--target", "{target}", "--default-index", "{index}"],
}


def install(instance: Instance, installer: str, target: Path, *requirements: str) -> None:
    """Install from the instance's index alone, with a real installer."""
    # Folders of wheels that this machine's settings name must not serve in the index's stead.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))
    }
    places = {"target": str(target), "index": instance.index_url}
    command = [part.format(**places) for part in INSTALLERS[installer]]
    done = subprocess.run(
        [*command, *requirements], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("installer", INSTALLERS)
@pytest.mark.parametrize(
    ("requirement", "value"), [("piece-gelato", "vanilla"), ("piece-gelato==0.9.0", "old")]
)
def test_a_piece_is_installed_from_the_index(
    instance: Instance, tmp_path: Path, installer: str, requirement: str, value: str
) -> None:
    install(instance, installer, tmp_path, requirement)

    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import piece_gelato as p"
    script += "; print(p.VALUE, p.__file__)"
    said = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"{value} {tmp_path / 'piece_gelato' / '__init__.py'}\n"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_sdk_is_installed_from_the_index(
    instance: Instance, tmp_path: Path, installer: str
) -> None:
    names = ["pieces-framework", "pieces-common", "pieces-engine", "piecekit", "pieces-server"]

    install(instance, installer, tmp_path, *names)

    assert (tmp_path / "pieces_framework" / "py.typed").is_file()
    assert (tmp_path / "pieces_framework" / "artifact" / "wheel.py").is_file()
    (metadata,) = tmp_path.glob("piecekit-*.dist-info/METADATA")
    assert re.search(r"^Requires-Dist: pieces-framework", metadata.read_text(), re.MULTILINE)
    (entry_points,) = tmp_path.glob("piecekit-*.dist-info/entry_points.txt")
    assert "build-piece" in entry_points.read_text()
