"""An instance that shows the pieces of a workspace, as their authors write them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, instance_environment, running_instance
from tests.support.plain_pieces import write_piece, write_workspace

NAMES = ("gelato", "sorbet", "broken", "odd", "slow")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_workspace(tmp_path_factory.mktemp("development") / "workspace")
    for name in (*NAMES, "torn", "secret"):
        write_piece(root / "pieces" / "custom" / name)
    return root


@pytest.fixture(scope="module")
def instance(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running_instance(
        tmp_path_factory.mktemp("data"),
        cwd=root / "pieces",
        AP_PIECES_SOURCE="FILE",
        AP_DEV_PIECES="gelato, piece-sorbet,broken,odd,piece-torn,slow",
    ) as started:
        yield started


def module(root: Path, name: str) -> Path:
    return root / "pieces" / "custom" / name / f"piece_{name}" / "__init__.py"


def get(instance: Instance, path: str, **params: str) -> httpx.Response:
    url = f"{instance.url}/api/v1/pieces{path}"
    return httpx.get(url, params=params, headers=instance.headers)


def listed(instance: Instance) -> dict[str, str]:
    """The display names of the listed pieces by their names."""
    return {each["name"]: each["displayName"] for each in get(instance, "").json()}


def refused_start(data_folder: Path, cwd: Path, **env: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pieces_server"],
        cwd=cwd,
        env=instance_environment(data_folder, AP_PIECES_SOURCE="FILE", **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_the_pieces_that_are_named_are_listed_and_no_others(instance: Instance) -> None:
    names = listed(instance).keys()

    assert {"piece-gelato", "piece-sorbet"} <= names
    assert "piece-secret" not in names
    assert get(instance, "/piece-secret").status_code == 404


def test_a_piece_is_described_as_one_that_comes_with_the_product(instance: Instance) -> None:
    piece = get(instance, "/piece-gelato").json()

    assert (piece["pieceType"], piece["packageType"]) == ("OFFICIAL", "REGISTRY")
    assert (piece["version"], piece["projectUsage"]) == ("0.0.1", 0)
    assert piece["actions"].keys() == {"make"}


@pytest.mark.parametrize("version", ["9.9.9", "^3.0.0", "~0.0.1"])
def test_whichever_version_is_asked_for_the_one_on_the_disk_is_meant(
    version: str, instance: Instance
) -> None:
    answer = get(instance, "/@activepieces/piece-gelato", version=version)

    assert answer.status_code == 200
    assert answer.json()["version"] == "0.0.1"


def test_a_saved_change_shows_at_the_next_request(instance: Instance, root: Path) -> None:
    before = listed(instance)["piece-sorbet"]
    path = module(root, "sorbet")
    path.write_text(path.read_text().replace('display_name="sorbet"', 'display_name="Sorbet!"'))

    after = listed(instance)["piece-sorbet"]

    assert (before, after) == ("sorbet", "Sorbet!")


def test_a_piece_that_cannot_be_imported_is_left_out_and_says_why(
    instance: Instance, root: Path
) -> None:
    path = module(root, "broken")
    whole = path.read_text()
    path.write_text(f"{whole}\nraise RuntimeError('out of milk')\n")

    names, answer = listed(instance).keys(), get(instance, "/piece-broken")
    path.write_text(whole)
    mended = get(instance, "/piece-broken")

    assert names >= {"piece-gelato", "piece-sorbet"}
    assert "piece-broken" not in names
    assert (answer.status_code, answer.json()["code"]) == (400, "ENGINE_OPERATION_FAILURE")
    assert "out of milk" in answer.json()["params"]["message"]
    assert mended.status_code == 200
    instance.log.seek(0)
    assert "out of milk" in instance.log.read()


@pytest.mark.parametrize("name", ["odd", "torn"], ids=["by-its-folder", "by-its-package"])
def test_a_piece_whose_project_file_is_damaged_is_left_out_and_says_why(
    name: str, instance: Instance, root: Path
) -> None:
    path = root / "pieces" / "custom" / name / "pyproject.toml"
    path.write_text("[project")

    answers = get(instance, ""), get(instance, f"/piece-{name}")

    assert [each.status_code for each in answers] == [200, 400]
    assert "not valid TOML" in answers[1].json()["params"]["message"]


def test_no_piece_is_imported_by_the_instance_itself(instance: Instance, root: Path) -> None:
    told = root / "imported-by"
    path = module(root, "gelato")
    path.write_text(
        f"import os, pathlib\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\n"
        + path.read_text()
    )

    answer = get(instance, "/piece-gelato")

    assert answer.status_code == 200
    assert int(told.read_text()) != instance.process.pid


def test_a_piece_that_is_being_imported_holds_up_no_other(
    instance: Instance, root: Path, tmp_path: Path
) -> None:
    pipe, path = tmp_path / "pipe", module(root, "slow")
    os.mkfifo(pipe)
    path.write_text(f"open({str(pipe)!r}).read()\n{path.read_text()}")

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(get, instance, "/piece-slow")
        with pipe.open("w"):  # it is being imported until the end of this
            other = get(instance, "/piece-gelato")

    assert (other.status_code, slow.result().status_code) == (200, 200)


def test_a_workspace_counts_as_published_nowhere(instance: Instance) -> None:
    asked = {"name": "piece-gelato", "version": "0.0.1", "sourceDigest": "d" * 64}

    answer = httpx.post(
        f"{instance.url}/api/v1/pieces/present", json={"pieces": [asked]}, headers=instance.headers
    )

    assert [each["status"] for each in answer.json()] == ["absent"]


def test_nothing_can_be_published_to_it(instance: Instance) -> None:
    form = {"pieceName": "x", "pieceVersion": "1.0.0", "packageType": "ARCHIVE"}
    answers = [
        httpx.post(
            instance.url + path, data=form, files={field: b"wheel"}, headers=instance.headers
        )
        for path, field in (("/api/v1/pieces", "pieceArchive"), ("/legacy/", "content"))
    ]

    assert [each.status_code for each in answers] == [400, 400]
    assert {each.json()["code"] for each in answers} == {"ENGINE_OPERATION_FAILURE"}
    assert "not supported in development mode" in answers[0].json()["params"]["message"]


def test_nobody_is_told_so_without_a_key(instance: Instance) -> None:
    assert httpx.post(f"{instance.url}/api/v1/pieces", data={"x": "y"}).status_code == 401


def test_a_name_that_no_piece_has_ends_the_start(tmp_path: Path, root: Path) -> None:
    exit_code, said = refused_start(tmp_path, root, AP_DEV_PIECES="gelatto,secret,nut")

    assert exit_code == 78
    assert "no piece `gelatto`" in said
    assert "no piece `nut`" in said
    assert "did you mean `gelato`?" in said


@pytest.mark.parametrize(
    ("names", "folder", "reason"),
    [("", "pieces", "names no piece"), ("gelato", "..", "is not in a workspace")],
    ids=["no-names", "no-workspace"],
)
def test_a_start_without_pieces_to_show_ends_at_once(
    names: str, folder: str, reason: str, tmp_path: Path, root: Path
) -> None:
    exit_code, said = refused_start(tmp_path, root / folder, AP_DEV_PIECES=names)

    assert (exit_code, reason in said) == (78, True), said
