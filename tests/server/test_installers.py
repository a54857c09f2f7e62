"""Real installers against an instance, on SQLite and on PostgreSQL, with a key and without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

REASON = "it melts"
SDK = ["pieces-framework", "pieces-common", "pieces-engine", "piecekit", "pieces-server"]
PIP = [sys.executable, "-m", "pip", "--no-cache-dir", "--no-input"]
UV = [str(Path(sys.executable).with_name("uv")), "--no-cache", "--no-config", "pip"]
INSTALL = {
    "pip": [*PIP, "install", "--no-compile", "--index-url"],
    "uv": [*UV, "install", "--python", sys.executable, "--default-index"],
}

REFUSED = {
    "pip": "401 Error, Credentials not correct",
    "uv": "lack of valid authentication credentials (401 Unauthorized)",
}


@pytest.fixture(scope="module")
def private(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Instance]:
    """An instance with a piece whose newest two versions are yanked and for no Python of today."""
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        for version in ("0.9.0", "0.10.0", "0.11.0"):
            module = f"VALUE = {version!r}\n"
            wheel = build_wheel(folder, version=version, module=module).read_bytes()
            assert publish(started, wheel, version=version).status_code == 201
        url = f"{started.url}/api/v1/pieces/piece-gelato/versions/0.11.0/yank"
        yanked = httpx.put(url, headers=started.headers, json={"reason": REASON})
        assert yanked.status_code == 200
        publish_changed(started, folder, "piece-gelato", "0.12.0", ">=3.11", ">=3.99")
        needs = ">=3.11\nRequires-Dist: piece-gelato <0.10"
        publish_changed(started, folder, "piece-needs", "0.1.0", ">=3.11", needs)
        yield started


@pytest.fixture(scope="module")
def public(private: Instance, database: dict[str, str]) -> Iterator[Instance]:
    """A second process over the same database and files, which may be read without a key."""
    with running_instance(private.data_folder, AP_PUBLIC_READ="true", **database) as started:
        yield started


def publish_changed(
    instance: Instance, folder: Path, name: str, version: str, old: str, new: str
) -> None:
    """Publish a wheel with other core metadata."""
    files = wheel_files(name, version)
    path = f"{name.replace('-', '_')}-{version}.dist-info/METADATA"
    files[path] = str(files[path]).replace(old, new)
    content = write_wheel(folder / "changed.whl", files).read_bytes()
    answer = publish(instance, content, name=name, version=version)
    assert answer.status_code == 201, answer.text


def run(command: Sequence[str], **extra: str) -> subprocess.CompletedProcess[str]:
    """Run an installer without the settings of this machine, which name other indexes."""
    ours = {name: text for name, text in os.environ.items() if name[:4] not in {"PIP_", "UV_I"}}
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_EXTRA_INDEX_URL"):
        ours.pop(name, None)
    environment = {**ours, "PIP_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1", **extra}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def requests(instance: Instance) -> list[str]:
    """The paths that were asked for, by the access log."""
    # Read beside the file's position, at which the instance writes.
    log = os.pread(instance.log.fileno(), 10_000_000, 0).decode()
    lines: list[Mapping[str, object]] = [json.loads(line) for line in log.splitlines()]
    return [str(line["path"]) for line in lines if line["message"] == "request"]


def installed_value(target: Path) -> str:
    return (target / "piece_gelato" / "__init__.py").read_text()


@pytest.mark.parametrize("installer", INSTALL)
def test_the_newest_version_that_fits_is_installed_with_a_key(
    private: Instance, tmp_path: Path, installer: str
) -> None:
    command = [*INSTALL[installer], private.index_url, "--target", str(tmp_path), "piece-gelato"]

    done = run(command)

    assert done.returncode == 0, done.stderr
    # Not 0.11.0, which is yanked, nor 0.12.0, which is for another Python.
    assert installed_value(tmp_path) == "VALUE = '0.10.0'\n"


@pytest.mark.parametrize("installer", INSTALL)
def test_no_key_is_needed_where_reading_is_public(
    public: Instance, tmp_path: Path, installer: str
) -> None:
    index = f"{public.url}/simple/"

    done = run([*INSTALL[installer], index, "--target", str(tmp_path), "piece-gelato==0.9.0"])

    assert done.returncode == 0, done.stderr
    assert installed_value(tmp_path) == "VALUE = '0.9.0'\n"


def test_uv_takes_the_key_from_netrc(private: Instance, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1\nlogin __token__\npassword {private.key}\n")
    target = tmp_path / "target"
    command = [*INSTALL["uv"], f"{private.url}/simple/", "--target", str(target), "piece-gelato"]

    done = run(command, NETRC=str(netrc))

    assert done.returncode == 0, done.stderr
    assert installed_value(target) == "VALUE = '0.10.0'\n"


@pytest.mark.parametrize("installer", INSTALL)
def test_an_installer_says_that_the_key_is_refused(
    private: Instance, tmp_path: Path, installer: str
) -> None:
    index = f"http://__token__:sk-wrong@{urlsplit(private.url).netloc}/simple/"

    done = run([*INSTALL[installer], index, "--target", str(tmp_path), "piece-gelato"])

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert REFUSED[installer] in said
    assert "sk-wrong" not in said


def test_a_resolution_reads_metadata_and_no_wheels(private: Instance, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    before = len(requests(private))

    done = run([
        *PIP, "install", "--dry-run", "--ignore-installed", "--report", str(report),
        "--index-url", private.index_url, "piece-needs",
    ])  # fmt: skip

    assert done.returncode == 0, done.stderr
    chosen = json.loads(report.read_text())["install"]
    versions = {each["metadata"]["name"]: each["metadata"]["version"] for each in chosen}
    assert versions == {"piece-needs": "0.1.0", "piece-gelato": "0.9.0"}
    asked = requests(private)[before:]
    assert "/simple/piece-gelato/piece_gelato-0.9.0-py3-none-any.whl.metadata" in asked
    assert [path for path in asked if path.endswith(".whl")] == []


def test_uv_resolves_dependencies_from_the_index_alone(private: Instance, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.in"
    requirements.write_text("piece-needs\n")

    done = run([
        *UV, "compile", "--no-header", "--no-annotate", "--generate-hashes",
        "--python-version", "3.11", "--default-index", private.index_url, str(requirements),
    ])  # fmt: skip

    assert done.returncode == 0, done.stderr
    pins = re.findall(r"^(\S+) \\\n +--hash=sha256:([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert [name for name, _ in pins] == ["piece-gelato==0.9.0", "piece-needs==0.1.0"]


def test_pip_downloads_the_sdk_and_a_yanked_version_that_is_pinned(
    private: Instance, tmp_path: Path
) -> None:
    wanted = [*SDK, "piece-gelato==0.11.0"]

    done = run([
        *PIP, "download", "--no-deps", "--dest", str(tmp_path),
        "--index-url", private.index_url, *wanted,
    ])  # fmt: skip

    assert done.returncode == 0, done.stderr
    names = {path.name.partition("-")[0].replace("_", "-") for path in tmp_path.iterdir()}
    assert names == {*SDK, "piece-gelato"}
    assert f"Reason for being yanked: {REASON}" in done.stderr


def test_uv_installs_the_sdk(private: Instance, tmp_path: Path) -> None:
    command = [*INSTALL["uv"], private.index_url, "--no-deps", "--target", str(tmp_path), *SDK]

    done = run(command)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pieces_framework" / "py.typed").is_file()
    assert (tmp_path / "pieces_framework" / "artifact" / "wheel.py").is_file()
    (metadata,) = tmp_path.glob("piecekit-*.dist-info/METADATA")
    assert re.search(r"^Requires-Dist: pieces-framework", metadata.read_text(), re.MULTILINE)
    (entry_points,) = tmp_path.glob("piecekit-*.dist-info/entry_points.txt")
    assert "build-piece" in entry_points.read_text()
