"""Pieces installed from another package index: pypiserver, one of our own, and odd ones."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from pieces_server.errors import EngineOperationError
from pieces_server.registry.other_index import OtherIndex
from pieces_server.settings import SettingsError
from tests.support.instance import Instance, running_instance
from tests.support.package_index import PASSWORD, USER, RunningIndex, running_index
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

MAX_BYTES = 1024 * 1024
WHEEL = "piece_gelato-0.1.0-py3-none-any.whl"
CONTENT = b"a wheel, as far as an index knows"
HTML = "text/html"
JSON = "application/vnd.pypi.simple.v1+json"
PAGE = "/simple/piece-gelato/"

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIndex]:
    """A private index with pieces, and with what is none."""
    folder = tmp_path_factory.mktemp("index")
    for name in ("piece-form", "piece-spelled", "piece-indexed"):
        build_wheel(folder, name, "1.2.3")
    build_wheel(folder, "piece-spelled", "1.10.0")
    build_wheel(folder, "pieces-framework", "9.0.0")
    large = wheel_files("piece-large", "1.2.3")
    name = "piece_large-1.2.3-py3-none-any.whl"
    padding = {"piece_large/data.bin": bytes(range(256)) * 8192}
    write_wheel(folder / name, {**large, **padding})
    with (folder / name).open("ab") as file:
        file.write(hashlib.shake_256(b"x").digest(MAX_BYTES))
    plain = wheel_files("plain", "1.2.3")
    del plain["plain-1.2.3.dist-info/extra_metadata/piece.json"]
    write_wheel(folder / "plain-1.2.3-py3-none-any.whl", plain)
    (folder / "piece_sources-1.2.3.tar.gz").write_bytes(b"sources")
    with running_index(folder, private=True) as running:
        yield running


@pytest.fixture(scope="module")
def instance(index: RunningIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    address = index.url.removeprefix("http://")
    with running_instance(
        tmp_path_factory.mktemp("data"),
        AP_REGISTRY_URL=f"http://{USER}:{PASSWORD}@{address}simple/",
        AP_MAX_FILE_SIZE_MB="1",
    ) as started:
        yield started


def install(instance: Instance, name: str, version: str = "1.2.3") -> httpx.Response:
    wanted = {
        "pieceName": name,
        "pieceVersion": version,
        "packageType": "REGISTRY",
        "scope": "PLATFORM",
    }
    url = f"{instance.url}/api/v1/pieces"
    return httpx.post(url, json=wanted, headers=instance.headers, timeout=60)


def test_a_version_is_fetched_and_served_as_it_is(instance: Instance, index: RunningIndex) -> None:
    answer = install(instance, "piece-indexed")

    piece = answer.json()
    content = (index.folder / "piece_indexed-1.2.3-py3-none-any.whl").read_bytes()
    served = httpx.get(f"{instance.index_url}piece-indexed/{piece['filename']}")
    assert answer.status_code == 201, answer.text
    assert (piece["pieceType"], piece["packageType"]) == ("CUSTOM", "REGISTRY")
    assert piece["sha256"] == hashlib.sha256(content).hexdigest()
    assert served.content == content


def test_what_is_there_already_is_not_installed_again(instance: Instance) -> None:
    answers = [install(instance, "piece-spelled", "1.10.0") for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 409]


def test_a_piece_has_any_of_its_names(instance: Instance) -> None:
    answer = install(instance, "@activepieces/Piece_Spelled")

    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "piece-spelled"


def test_a_form_asks_as_well_as_json_does(instance: Instance) -> None:
    fields = {
        "pieceName": "piece-form",
        "pieceVersion": "1.2.3",
        "packageType": "REGISTRY",
        "scope": "PLATFORM",
    }
    parts = {name: (None, text) for name, text in fields.items()}
    url = f"{instance.url}/api/v1/pieces"

    answer = httpx.post(url, files=parts, headers=instance.headers)

    assert (answer.status_code, answer.json().get("packageType")) == (201, "REGISTRY")


@pytest.mark.parametrize(
    ("name", "version", "status", "reason"),
    [
        pytest.param("piece-nowhere", "1.2.3", 400, "has no 'piece-nowhere'", id="piece"),
        pytest.param("piece-spelled", "1.2.4", 400, "has no wheel", id="version"),
        pytest.param("piece-sources", "1.2.3", 400, "has no wheel", id="only-sources"),
        pytest.param("plain", "1.2.3", 400, "piece.json", id="no-piece"),
        pytest.param("pieces-framework", "9.0.0", 400, "part of Piecekit", id="own-name"),
        pytest.param("piece-large", "1.2.3", 413, "larger than 1 MB", id="too-large"),
        pytest.param("piece-form", "latest", 400, "pieceVersion", id="no-version"),
        pytest.param("../../piece-form", "1.2.3", 400, "has no", id="path"),
        pytest.param("piece-form/?x=", "1.2.3", 400, "has no 'piece-form/?x='", id="query"),
    ],
)
def test_what_cannot_be_installed_says_why_and_leaves_nothing(
    name: str, version: str, status: int, reason: str, instance: Instance
) -> None:
    answer = install(instance, name, version)

    params = answer.json()["params"]
    assert (answer.status_code, reason in params["message"]) == (status, True), answer.text
    assert PASSWORD not in answer.text
    assert list((instance.data_folder / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("NPM", "packageType: should be 'ARCHIVE' or 'REGISTRY'"),
        ("ARCHIVE", "packageType: ARCHIVE takes a form with the file `pieceArchive`"),
    ],
)
def test_json_that_asks_for_no_other_index_is_told_what_it_must_be(
    instance: Instance, kind: str, reason: str
) -> None:
    fields = {"pieceName": "piece-form", "pieceVersion": "1.2.3", "scope": "PLATFORM"}
    url = f"{instance.url}/api/v1/pieces"

    answer = httpx.post(url, json={**fields, "packageType": kind}, headers=instance.headers)

    assert (answer.status_code, answer.json()["params"]["message"]) == (400, reason)


def test_an_instance_is_an_index_too_and_what_it_yanked_is_refused(tmp_path: Path) -> None:
    with running_instance(tmp_path / "source") as source:
        for version in ("1.0.0", "1.1.0"):
            content = build_wheel(tmp_path, "piece-ours", version).read_bytes()
            assert publish(source, content, name="piece-ours", version=version).is_success
        yank = f"{source.url}/api/v1/pieces/piece-ours/versions/1.1.0/yank"
        reason = {"reason": "it melts"}
        assert httpx.put(yank, json=reason, headers=source.headers).is_success
        with running_instance(tmp_path / "data", AP_REGISTRY_URL=source.index_url) as other:
            good = install(other, "piece-ours", "1.0.0")
            yanked = install(other, "piece-ours", "1.1.0")
            without = install(source, "piece-ours", "1.0.0")

    assert good.status_code == 201, good.text
    assert yanked.status_code == 400
    assert "has withdrawn 'piece-ours' 1.1.0: it melts" in yanked.json()["params"]["message"]
    assert (without.status_code, without.json()["code"]) == (400, "ENGINE_OPERATION_FAILURE")
    assert "AP_REGISTRY_URL" in without.json()["params"]["hint"]


@dataclass
class OddIndex:
    """An index that answers what a test has put into it."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    """By path. What is not there is answered with 404."""
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Path and `Authorization` of each request."""


@contextmanager
def odd_index() -> Generator[OddIndex]:
    odd = OddIndex()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            odd.asked.append((self.path, self.headers.get("Authorization", "")))
            nothing: Answer = 404, {}, b""
            status, headers, content = odd.answers.get(self.path, nothing)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    odd.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield odd
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def odd() -> Iterator[OddIndex]:
    with odd_index() as running:
        yield running


def page(text: str, kind: str = HTML) -> Answer:
    return 200, {"Content-Type": kind}, text.encode()


def refusal(status: int, content: bytes = b"") -> Answer:
    return status, {}, content


def link(target: str, *, sha256: str | None = None, attributes: str = "") -> str:
    digest = hashlib.sha256(CONTENT).hexdigest() if sha256 is None else sha256
    return f'<a href="{target}#sha256={digest}" {attributes}>{WHEEL}</a>'


def download(odd: OddIndex, *, credentials: str = "") -> bytes:
    target = BytesIO()
    url = odd.url.replace("//", f"//{credentials}") + "/simple"
    OtherIndex(url, max_file_bytes=MAX_BYTES).download("piece-gelato", "0.1.0", target.write)
    return target.getvalue()


def test_pages_in_json_are_read_too(odd: OddIndex) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    text = (
        '{"meta": {"api-version": "1.1"}, "name": "piece-gelato", "files": [{"filename":'
        f' "{WHEEL}", "url": "/{WHEEL}", "hashes": {{"sha256": "{digest}"}}}}]}}'
    )
    odd.answers = {PAGE: page(text, JSON), f"/{WHEEL}": (200, {}, CONTENT)}

    assert download(odd) == CONTENT


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(page(link(f"/{WHEEL}", sha256="0" * 64)), "another SHA-256", id="hash"),
        pytest.param(page(f'<a href="/{WHEEL}">{WHEEL}</a>'), "not say the SHA-256", id="no-hash"),
        pytest.param(page(link("file:///etc/passwd")), "does not answer", id="file-link"),
        pytest.param(page(link(f"http://[/{WHEEL}")), "no page of an index", id="no-link"),
        pytest.param(page("[1", JSON), "no page of an index", id="no-json"),
        pytest.param(page("[]", JSON), "no page of an index", id="other-json"),
        pytest.param(page("", "image/png"), "no page of an index", id="picture"),
        pytest.param(
            page(link(f"/{WHEEL}", attributes='data-yanked=""')), "has withdrawn", id="yanked"
        ),
        pytest.param((302, {"Location": PAGE}, b""), "does not answer", id="in-a-circle"),
        pytest.param(refusal(500, b"a secret of the index"), "answers 500", id="fault"),
        pytest.param(refusal(401), "refuses the instance", id="key"),
        pytest.param(page(link("/absent.whl")), "answers 404", id="file-is-not-there"),
    ],
)
def test_an_index_that_is_at_fault_is_named(answer: Answer, reason: str, odd: OddIndex) -> None:
    odd.answers = {PAGE: answer, f"/{WHEEL}": (200, {}, CONTENT)}

    with pytest.raises(EngineOperationError) as raised:
        download(odd)

    assert reason in raised.value.message
    assert "secret" not in raised.value.message


def test_an_index_that_does_not_run_is_named_without_credentials() -> None:
    with odd_index() as gone:
        pass

    with pytest.raises(EngineOperationError, match="does not answer: ConnectionError") as raised:
        download(gone, credentials="ada:hunter2-is-secret@")

    assert "hunter2" not in f"{raised.value.message}{raised.value.hint}"


@contextmanager
def endless_index(beginning: bytes) -> Generator[str]:
    """An index whose answer comes byte by byte, for far longer than anybody waits for it."""
    over = threading.Event()

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(beginning)
            for _ in range(200):
                if over.wait(0.05):
                    break
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: ", id="head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /\r\nX: ", id="redirect"),
    ],
)
def test_an_index_that_never_comes_to_an_end_is_left(beginning: bytes) -> None:
    with endless_index(beginning) as url:
        index = OtherIndex(url, max_file_bytes=MAX_BYTES, deadline_s=0.3)

        with pytest.raises(EngineOperationError, match="not come to an end"):
            index.download("piece-gelato", "0.1.0", BytesIO().write)


@pytest.mark.parametrize(
    ("host", "kind"), [("169.254.169.254", "link-local"), ("10.0.0.1", "private")]
)
def test_no_index_leads_into_a_network_that_it_is_not_in(
    odd: OddIndex, host: str, kind: str
) -> None:
    odd.answers = {PAGE: page(link(f"http://{host}/{WHEEL}"))}

    with pytest.raises(EngineOperationError, match=f"leads to a {kind} address"):
        download(odd)


def test_why_a_wheel_was_withdrawn_is_told_without_what_would_steer_a_terminal(
    odd: OddIndex,
) -> None:
    odd.answers = {PAGE: page(link(f"/{WHEEL}", attributes='data-yanked="a\nb\x1b[31m"'))}

    with pytest.raises(EngineOperationError, match=r"has withdrawn .*: a b \[31m"):
        download(odd)


def test_credentials_stay_with_the_index_when_its_links_lead_elsewhere(odd: OddIndex) -> None:
    with odd_index() as elsewhere:
        elsewhere.answers = {f"/{WHEEL}": (200, {}, CONTENT)}
        odd.answers = {PAGE: page(link(f"{elsewhere.url}/{WHEEL}"))}

        content = download(odd, credentials="ada:h%40nter2@")

    [(_, sent)] = odd.asked
    assert content == CONTENT
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"ada:h@nter2"
    assert elsewhere.asked == [(f"/{WHEEL}", "")]


@pytest.mark.parametrize(
    "url", ["index.example", "ftp://u:hunter2@index.example/", "http://u:hunter2@[/", "http://"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="`AP_REGISTRY_URL`") as raised:
        OtherIndex(url, max_file_bytes=MAX_BYTES)

    assert "hunter2" not in raised.value.message
