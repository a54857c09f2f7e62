"""`publish-piece` against a real package index."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from base64 import b64encode
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pieces_cli.indexes import package_index
from pieces_cli.indexes.package_index import IndexAnswerError, PackageIndex
from pieces_cli.indexes.twine_repository import twine_repository
from pieces_cli.main import publish_piece
from tests.support.package_index import PASSWORD, USER, RunningIndex, running_index
from tests.support.scaffolding import add_action, add_comment, pieces, set_version
from tests.support.scripted_api import raw_server, scripted_api

WHEEL = "piece_gelato-0.0.1-py3-none-any.whl"
SDIST = "piece_gelato-0.0.1.tar.gz"
PRIVATE = "Private :: Do Not Upload"
PUBLIC = "Intended Audience :: Developers"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningIndex]:
    with running_index(tmp_path_factory.mktemp("index")) as index:
        yield index


@pytest.fixture
def index(running: RunningIndex) -> RunningIndex:
    """The index, empty."""
    for path in running.folder.iterdir():
        path.unlink()
    return running


@pytest.fixture(autouse=True)
def _credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINE_USERNAME", USER)
    monkeypatch.setenv("TWINE_PASSWORD", PASSWORD)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("HOME", str(tmp_path))  # where twine looks for `.pypirc`


@pytest.fixture
def gelato(gelato: Path) -> Path:
    """The piece, which everybody may have."""
    path = gelato / "pyproject.toml"
    path.write_text(path.read_text().replace(PRIVATE, PUBLIC))
    return gelato


def publish(index: RunningIndex, *args: str) -> Result:
    return pieces("publish-piece", "gelato", "--repository-url", index.url, *args)


def test_wheel_and_source_are_uploaded(index: RunningIndex, gelato: Path, workspace: Path) -> None:
    result = publish(index)

    assert result.exit_code == 0, result.stderr
    assert result.stdout == (f"Uploaded {WHEEL} to {index.url}\nUploaded {SDIST} to {index.url}\n")
    assert index.names() == [WHEEL, SDIST]
    for name in index.names():
        assert (index.folder / name).read_bytes() == (workspace / "dist" / name).read_bytes()
    assert PASSWORD not in result.output


def test_what_is_there_is_not_uploaded_again(index: RunningIndex, gelato: Path) -> None:
    publish(index)

    result = publish(index, "--json")

    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"]) == (0, "pieces.publish-piece/1")
    assert document["data"] == {
        "piece": "gelato",
        "package": "piece-gelato",
        "version": "0.0.1",
        "repository": index.url,
        "uploaded": [],
        "staged": [],
        "breakingReason": None,
    }
    assert "already published" in result.stderr


def test_staged_files_lie_in_the_folder_and_not_on_the_index(
    index: RunningIndex, gelato: Path, tmp_path: Path
) -> None:
    staged = tmp_path / "staged"
    staged.mkdir()

    result = publish(index, "--stage", str(staged), "--json")

    names = [path.name for path in sorted(staged.iterdir())]
    data = json.loads(result.stdout)["data"]
    assert result.exit_code == 0
    assert len(names) == 2
    assert (sorted(data["staged"]), data["uploaded"]) == (names, [])
    assert "Uploaded" in publish(index).stdout


def test_files_may_be_staged_where_they_are_built(
    index: RunningIndex, gelato: Path, workspace: Path
) -> None:
    (workspace / "dist").mkdir()

    result = publish(index, "--stage", str(workspace / "dist"))

    assert result.exit_code == 0, result.output


def test_what_an_interrupted_upload_left_out_is_uploaded(index: RunningIndex, gelato: Path) -> None:
    publish(index)
    (index.folder / SDIST).unlink()

    result = publish(index)

    assert (result.exit_code, result.stdout) == (0, f"Uploaded {SDIST} to {index.url}\n")


def test_other_content_of_a_version_is_refused(index: RunningIndex, gelato: Path) -> None:
    publish(index)
    before = (index.folder / WHEEL).read_bytes()
    add_comment(gelato)

    result = publish(index)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error: `{index.url}simple/` has version 0.0.1 with other content" in result.stderr
    assert "name it 0.0.2 or later" in result.stderr
    assert (index.folder / WHEEL).read_bytes() == before


def test_the_refusal_names_the_version_that_the_changes_ask_for(
    index: RunningIndex, gelato: Path
) -> None:
    publish(index)
    add_action("gelato", "send")

    result = publish(index)

    assert "name it 0.1.0 or later" in result.stderr


def test_the_same_source_packed_by_other_tools_is_there(index: RunningIndex, gelato: Path) -> None:
    publish(index)
    path = index.folder / SDIST
    path.write_bytes(path.read_bytes() + b"\0")

    result = publish(index)

    assert result.exit_code == 0
    assert "already published" in result.stdout


def test_a_version_that_is_too_low_is_refused_unless_a_reason_is_given(
    index: RunningIndex, gelato: Path
) -> None:
    add_action("gelato", "send")
    publish(index)
    path = gelato / "piece_gelato" / "__init__.py"
    path.write_text(path.read_text().replace("        send,\n", ""))
    set_version(gelato, "0.0.2")

    refused = publish(index)
    allowed = publish(index, "--allow-breaking", "nobody uses it")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "a breaking change at `actions.send`" in refused.stderr
    assert "name it 0.1.0 or later" in refused.stderr
    assert "or publish it as it is with `--allow-breaking REASON`" in refused.stderr
    assert allowed.exit_code == 0
    assert "Breaking changes were allowed: nobody uses it\n" in allowed.stdout
    assert "piece_gelato-0.0.2-py3-none-any.whl" in index.names()


def test_a_reason_that_no_break_needs_is_not_recorded(index: RunningIndex, gelato: Path) -> None:
    result = publish(index, "--allow-breaking", "nobody uses it", "--json")

    assert json.loads(result.stdout)["data"]["breakingReason"] is None
    assert "Breaking changes were allowed" not in result.stderr


def test_a_version_without_a_wheel_is_not_compared_with(index: RunningIndex, gelato: Path) -> None:
    publish(index)
    (index.folder / WHEEL).unlink()
    set_version(gelato, "0.0.2")

    result = publish(index)

    assert result.exit_code == 0
    assert f"`{index.url}simple/` has no wheel of 0.0.1: it is not compared" in result.stderr


def test_a_private_piece_is_refused(index: RunningIndex, gelato: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_text(path.read_text().replace(PUBLIC, PRIVATE))

    result = publish(index)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "`piece-gelato` is private" in result.stderr
    assert "hint: publish it to an instance, `pieces publish --name gelato`" in result.stderr
    assert index.names() == []


def test_the_index_is_named_before_anything_goes_there(index: RunningIndex, gelato: Path) -> None:
    assert f"`piece-gelato` 0.0.1 goes to {index.url}\n" in publish(index).stderr


def test_a_wheel_without_a_piece_is_not_compared_with(index: RunningIndex, gelato: Path) -> None:
    (index.folder / WHEEL).write_bytes(b"no wheel")
    set_version(gelato, "0.0.2")

    result = publish(index)

    assert result.exit_code == 0
    assert f"`{WHEEL}` holds no piece: it is not compared" in result.stderr


def test_a_private_index_is_looked_at_with_the_credentials_of_its_host_only(
    gelato: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    with running_index(folder, private=True) as index:
        elsewhere = f"{index.url}simple/".replace("127.0.0.1", "localhost")
        unseen = publish(index, "--index-url", elsewhere)
        seen = publish(index)
        add_comment(gelato)
        refused_unseen = publish(index, "--index-url", elsewhere)
        refused = publish(index)

    unknown = f"`{elsewhere}` does not say which files it has (401): the repository itself"
    assert (unseen.exit_code, seen.exit_code) == (0, 0)
    assert unknown in unseen.stderr
    assert "already published" in seen.stdout
    assert (refused_unseen.exit_code, refused.exit_code) == (1, 1)
    assert "did not take" in refused_unseen.stderr
    assert "hint: a version is published once" in refused_unseen.stderr
    assert "with other content" in refused.stderr


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (409, b"", 1, "a version is published once"),
        (400, b"File already exists", 1, "a version is published once"),
        (400, b"bad name", 1, "(400): bad name"),
        (301, b"", 1, "it points to `https://i.example/`: upload there"),
        (403, f"not {PASSWORD}".encode(), 77, "(403): not ***"),
        (403, b"not " + b64encode(f"{USER}:{PASSWORD}".encode()), 77, "(403): not ***"),
        (429, b"slowly", 75, "hint: try again"),
        (503, b"", 75, "hint: try again"),
    ],
)
def test_a_refusal_of_the_repository_ends_by_who_must_act(
    status: int, body: bytes, code: int, said: str, index: RunningIndex, gelato: Path
) -> None:
    with scripted_api() as api:
        api.status, api.body = status, body
        api.headers["Location"] = "https://me:secret@i.example/"
        look = ("--index-url", f"{index.url}simple/")
        result = pieces("publish-piece", "gelato", "--repository-url", api.url, *look)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_an_index_that_sends_elsewhere_does_not_say_what_it_has(
    index: RunningIndex, gelato: Path
) -> None:
    publish(index)
    head = f"HTTP/1.1 302 Found\r\nLocation: {index.url}simple/piece-gelato/\r\n\r\n"
    with raw_server(lambda client: client.sendall(head.encode())) as url:
        result = publish(index, "--index-url", url)

    assert "does not say which files it has (200): the repository itself" in result.stderr


@pytest.mark.parametrize("href", ["http://[bad/a.whl", "//[bad"])
def test_a_link_that_leads_nowhere_is_no_file(href: str) -> None:
    page = f'<a href="{href}">x</a><a href="b-1.0.0.tar.gz">y</a>'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
    with raw_server(lambda client: client.sendall(f"{head}{page}".encode())) as url:
        lookup = PackageIndex(url, twine_repository(None, url).open_session)

        assert list(lookup.files("a")) == ["b-1.0.0.tar.gz"]


def test_a_page_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_index, "_MAX_PAGE_BYTES", 1 << 20)

    def endless(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:  # until the reader goes away
            client.sendall(bytes(1 << 16))

    with raw_server(endless) as url:
        lookup = PackageIndex(url, twine_repository(None, url).open_session)
        with pytest.raises(IndexAnswerError, match="too large to read"):
            lookup.files("a")


def test_what_is_public_is_looked_at_without_credentials(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(index)
    monkeypatch.delenv("TWINE_PASSWORD")

    result = publish(index)

    assert (result.exit_code, "already published" in result.stdout) == (0, True)


def test_a_token_that_nobody_gives_out_now_is_69(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWINE_PASSWORD")
    monkeypatch.setenv("TWINE_USERNAME", "__token__")
    # With the default index's address twine asks for a token; the proxy is not there.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    result = pieces("publish-piece", "gelato", "--index-url", f"{index.url}simple/", "--json")

    [problem] = json.loads(result.stdout)["problems"]
    assert (result.exit_code, problem["rule"]) == (69, "unreachable")
    assert "nobody gives out credentials for" in problem["message"]


def test_a_wheel_that_is_not_what_the_index_said_is_refused(
    index: RunningIndex, gelato: Path
) -> None:
    publish(index)
    lookup = PackageIndex(f"{index.url}simple/", twine_repository(None, index.url).open_session)
    file = lookup.files("Piece_Gelato")[WHEEL]

    with pytest.raises(IndexAnswerError, match="did not give out"):
        lookup.download(replace(file, digest="0" * 64), gelato / "x.whl")

    assert not (gelato / "x.whl").exists()


def test_an_index_without_digests_is_compared_by_content(gelato: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    with running_index(folder, digest="") as index:
        publish(index)
        same = publish(index)
        add_comment(gelato)
        other = publish(index)

    assert (same.exit_code, other.exit_code) == (0, 1)
    assert "already published" in same.stdout


def test_wrong_credentials_are_77_and_not_shown(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINE_PASSWORD", "wrong-and-secret")

    result = publish(index)

    assert result.exit_code == 77
    assert "TWINE_USERNAME" in result.stderr
    assert "wrong-and-secret" not in result.output
    assert index.names() == []


def test_without_credentials_and_terminal_nothing_is_asked(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWINE_PASSWORD")

    result = publish(index)

    assert (result.exit_code, result.stdout) == (78, "")
    assert "hint: set TWINE_USERNAME and TWINE_PASSWORD" in result.stderr


def test_credentials_in_an_address_are_used_and_not_shown(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TWINE_USERNAME", "TWINE_PASSWORD"):
        monkeypatch.delenv(name)
    url = index.url.replace("//", f"//{USER}:{PASSWORD}@")

    result = pieces("publish-piece", "gelato", "--repository-url", url)

    assert (result.exit_code, index.names()) == (0, [WHEEL, SDIST])
    assert PASSWORD not in result.output


def test_a_repository_that_is_named_goes_before_the_environment_s(
    index: RunningIndex, gelato: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINE_REPOSITORY_URL", "http://127.0.0.1:1/")
    (tmp_path / ".pypirc").write_text(
        f"[distutils]\nindex-servers = ours\n[ours]\nrepository = {index.url}\n"
    )

    result = pieces("publish-piece", str(gelato), "--repository", "ours")

    assert (result.exit_code, index.names()) == (0, [WHEEL, SDIST])


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--repository", "nope"], 78, "Missing 'nope' section"),
        (["--repository-url", "ftp://127.0.0.1/"], 78, "Invalid repository URL"),
        (["--repository-url", "http://127.0.0.1:1/"], 69, "no answer from"),
        (["--repository-url", "http://127.0.0.1:1/", "--allow-breaking", " "], 2, "say why"),
        (["--repository-url", "http://127.0.0.1:1/", "--repository", "a"], 2, "give one of"),
        (["--repository-url", "http://127.0.0.1:1/", "--index-url", "http://[x"], 78, "--index"),
    ],
    ids=["unknown", "no-web-address", "down", "no-reason", "two", "no-address"],
)
def test_what_leads_nowhere_is_said(args: list[str], code: int, said: str, gelato: Path) -> None:
    result = pieces("publish-piece", "gelato", *args)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_without_twine_it_says_how_to_get_it(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "twine"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "twine", None)

    result = pieces("publish-piece", "gelato")

    assert (result.exit_code, result.stdout) == (78, "")
    assert result.stderr == (
        "error: publishing to a package index needs twine\nhint: pip install 'piecekit[publish]'\n"
    )


def test_a_description_that_no_index_can_show_is_65(index: RunningIndex, gelato: Path) -> None:
    (gelato / "README.md").unlink()
    (gelato / "README.rst").write_text("A\n====\n\n.. nothing:: `x\n\n=\n")
    path = gelato / "pyproject.toml"
    path.write_text(path.read_text().replace("README.md", "README.rst"))

    result = publish(index)

    assert result.exit_code == 65
    assert "could not show the description of" in result.stderr
    assert index.names() == []


def test_it_is_a_command_of_its_own_and_takes_a_path(
    index: RunningIndex, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato)

    result = CliRunner().invoke(publish_piece, [".", "--repository-url", index.url])

    assert (result.exit_code, index.names()) == (0, [WHEEL, SDIST])


@pytest.mark.parametrize(
    ("repository", "index_path"),
    [
        ("https://i.example/legacy/", "https://i.example/simple/"),
        ("https://i.example/api/repo", "https://i.example/api/repo/simple/"),
    ],
)
def test_the_index_is_beside_the_repository(repository: str, index_path: str) -> None:
    assert twine_repository(None, repository).index_url == index_path


def test_the_default_repository_s_index_is_the_one_that_twine_knows() -> None:
    from twine.repository import TEST_WAREHOUSE, WAREHOUSE_WEB

    assert twine_repository(None, None).index_url == f"{WAREHOUSE_WEB}simple/"
    assert twine_repository("testpypi", None).index_url == f"{TEST_WAREHOUSE}simple/"


def test_a_fresh_workspace_needs_no_dist_folder(
    index: RunningIndex, gelato: Path, workspace: Path
) -> None:
    shutil.rmtree(workspace / "dist", ignore_errors=True)

    assert publish(index).exit_code == 0
