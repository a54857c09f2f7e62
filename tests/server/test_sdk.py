from __future__ import annotations

import base64
import csv
import hashlib
import io
import sys
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from pieces_server.registry.sdk import wheel_of


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Distribution:
    """A distribution as an installer leaves it, with a linked folder and caches in it."""
    site = tmp_path / "site"
    package = site / "acme_sdk"
    (package / "__pycache__").mkdir(parents=True)
    (package / ".mypy_cache").mkdir()
    templates = tmp_path / "templates" / "piece"
    templates.mkdir(parents=True)
    (templates / ".gitignore").write_text("dist\n")
    (package / "templates").symlink_to(templates.parent)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (package / "py.typed").touch()
    (package / "__pycache__" / "x.pyc").touch()
    (package / ".mypy_cache" / "x.json").touch()
    info = site / "acme_sdk-1.2.3.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: acme-sdk\nVersion: 1.2.3\n")
    (info / "licenses" / "LICENSE").write_text("MIT\n")
    (info / "entry_points.txt").write_text("[console_scripts]\nacme = acme_sdk:main\n")
    (info / "RECORD").write_text(f"{info.name}/licenses/LICENSE,,\n{info.name}/RECORD,,\n")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    (found,) = distributions(path=[str(site)])
    return found


def test_the_wheel_has_the_package_and_what_installers_need(installed: Distribution) -> None:
    archive = zipfile.ZipFile(io.BytesIO(wheel_of(installed, "acme_sdk")))

    info = "acme_sdk-1.2.3.dist-info"
    assert sorted(archive.namelist()) == [
        f"{info}/METADATA",
        f"{info}/RECORD",
        f"{info}/WHEEL",
        f"{info}/entry_points.txt",
        f"{info}/licenses/LICENSE",
        "acme_sdk/__init__.py",
        "acme_sdk/py.typed",
        "acme_sdk/templates/piece/.gitignore",
    ]
    assert b"Tag: py3-none-any\n" in archive.read(f"{info}/WHEEL")
    assert archive.read(f"{info}/licenses/LICENSE") == b"MIT\n"


def test_the_package_is_not_imported(installed: Distribution) -> None:
    wheel_of(installed, "acme_sdk")

    assert "acme_sdk" not in sys.modules


def test_the_record_has_the_hash_and_size_of_every_file(installed: Distribution) -> None:
    archive = zipfile.ZipFile(io.BytesIO(wheel_of(installed, "acme_sdk")))

    record = archive.read("acme_sdk-1.2.3.dist-info/RECORD").decode()
    rows = {name: (digest, size) for name, digest, size in csv.reader(record.splitlines())}
    assert rows.pop("acme_sdk-1.2.3.dist-info/RECORD") == ("", "")
    for name, (digest, size) in rows.items():
        content = archive.read(name)
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        assert (digest, size) == (f"sha256={sha256}", str(len(content)))
    assert {*rows, "acme_sdk-1.2.3.dist-info/RECORD"} == set(archive.namelist())


def test_the_same_files_give_the_same_bytes(installed: Distribution, tmp_path: Path) -> None:
    first = wheel_of(installed, "acme_sdk")
    (tmp_path / "site" / "acme_sdk" / "py.typed").touch()

    second = wheel_of(installed, "acme_sdk")

    assert first == second


def test_an_install_of_the_wheel_gives_the_wheel_again(
    installed: Distribution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheel_of(installed, "acme_sdk")
    zipfile.ZipFile(io.BytesIO(wheel)).extractall(tmp_path / "ordinary")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "ordinary"), *sys.path])
    (ordinary,) = distributions(path=[str(tmp_path / "ordinary")])

    assert wheel_of(ordinary, "acme_sdk") == wheel
