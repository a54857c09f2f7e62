"""The source digest: what changes it, and what does not."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pieces_cli.building.project_rules import BuildError
from pieces_cli.building.source_digest import source_digest
from pieces_cli.building.wheel import build_wheel
from pieces_engine.workspace.extraction import extract
from pieces_engine.workspace.folders import PieceFolder, Workspace
from tests.support.custom_pieces import write_piece, write_workspace


@pytest.fixture
def custom(tmp_path: Path) -> Path:
    """The folder of custom pieces in a workspace."""
    return write_workspace(tmp_path / "workspace")


def piece(custom: Path, name: str = "gelato") -> PieceFolder:
    return Workspace(custom.parents[1]).find(name)


def test_it_is_the_same_in_another_folder(custom: Path, tmp_path: Path) -> None:
    write_piece(custom, "gelato")
    elsewhere = write_workspace(tmp_path / "elsewhere")
    write_piece(elsewhere, "gelato")

    assert source_digest(piece(custom)) == source_digest(piece(elsewhere))


def test_its_form_is_fixed(custom: Path) -> None:
    """Another digest of the same files would make every published piece a changed one."""
    init = write_piece(custom, "gelato")
    init.write_text("piece = 1\n")
    project = init.parents[1] / "pyproject.toml"
    project.write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "piece-gelato"\nversion = "0.1.0"\n'
        '[project.entry-points.pieces]\ngelato = "piece_gelato:piece"\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["piece_gelato"]\n'
    )

    assert source_digest(piece(custom)) == (
        "69c19bf6dccbf0ba10e8fbc1283e0d118083ff06b8e0d1d9386345153e1f2384"
    )


def test_the_piece_is_not_imported(custom: Path) -> None:
    write_piece(custom, "gelato").write_text("raise SystemExit")

    assert len(source_digest(piece(custom))) == 64


@pytest.mark.parametrize("change", ["added", "renamed", "moved-bytes"])
def test_it_changes_with_the_files_of_the_wheel(change: str, custom: Path) -> None:
    init = write_piece(custom, "gelato")
    (init.parent / "a.py").write_text("12")
    (init.parent / "b.py").write_text("3")
    before = source_digest(piece(custom))

    if change == "added":
        (init.parent / "c.json").write_text("")
    elif change == "renamed":
        (init.parent / "a.py").rename(init.parent / "d.py")
    else:
        (init.parent / "a.py").write_text("1")
        (init.parent / "b.py").write_text("23")

    assert source_digest(piece(custom)) != before


@pytest.mark.parametrize(
    "path", ["README.md", "tests/test_it.py", "piece_gelato/x.pyc", "z.py", "piece_gelato/.env"]
)
def test_it_stays_with_files_that_are_not_packed(path: str, custom: Path) -> None:
    folder = write_piece(custom, "gelato").parents[1]
    before = source_digest(piece(custom))
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("new")

    assert source_digest(piece(custom)) == before


def test_a_wheel_without_the_pieces_module_is_refused(custom: Path) -> None:
    project = write_piece(custom, "gelato").parents[1] / "pyproject.toml"
    project.write_text(project.read_text().replace('["piece_gelato"]', '["other"]'))

    with pytest.raises(BuildError, match="would not hold `piece_gelato`"):
        source_digest(piece(custom))


def test_another_build_backend_has_no_digest(custom: Path) -> None:
    project = write_piece(custom, "gelato").parents[1] / "pyproject.toml"
    project.write_text(project.read_text().replace("hatchling.build", "flit_core.buildapi"))

    with pytest.raises(BuildError, match="names the build backend 'flit"):
        source_digest(piece(custom))


def test_ignore_files_above_the_piece_do_not_matter(custom: Path) -> None:
    init = write_piece(custom, "gelato")
    (init.parent / "data.json").write_text("{}")
    before = source_digest(piece(custom))

    (custom.parents[2] / ".gitignore").write_text("data.json")

    assert source_digest(piece(custom)) == before


def test_the_ignore_file_of_the_piece_counts_wherever_it_lies(custom: Path) -> None:
    init = write_piece(custom, "gelato")
    # The name of a folder above: hatchling would ignore the whole file for it.
    (init.parents[1] / ".gitignore").write_text(f"data.json\n{custom.name}\n")
    before = source_digest(piece(custom))

    (init.parent / "data.json").write_text("{}")

    assert source_digest(piece(custom)) == before


def test_what_is_no_file_is_refused(custom: Path) -> None:
    init = write_piece(custom, "gelato")
    os.mkfifo(init.parent / "pipe")

    with pytest.raises(BuildError, match="pipe` would be packed, and is no file"):
        source_digest(piece(custom))


def test_a_linked_folder_elsewhere_is_refused(custom: Path) -> None:
    init = write_piece(custom, "gelato")
    (init.parent / "all").symlink_to("/")

    with pytest.raises(BuildError, match="would be packed, and lies outside"):
        source_digest(piece(custom))


def test_threads_build_what_one_thread_builds(custom: Path, tmp_path: Path) -> None:
    for number in range(16):
        write_piece(custom, f"gelato-{number}")
    found = Workspace(custom.parents[1]).pieces()
    extracted = extract(found[0], Path(sys.executable))

    def build(each: PieceFolder, out: Path) -> str:
        return build_wheel(each, python=Path(), out=out, extracted=extracted).sha256

    one = [build(each, tmp_path / "one") for each in found]
    with ThreadPoolExecutor(8) as pool:
        several = list(pool.map(build, found, [tmp_path / "several"] * len(found)))

    assert several == one


def test_the_licence_counts(custom: Path) -> None:
    write_piece(custom, "gelato")
    licence = custom / "gelato" / "LICENSE"
    licence.write_text("MIT")
    before = source_digest(piece(custom))
    licence.write_text("ISC")

    assert source_digest(piece(custom)) != before
