"""Finding installed pieces: real metadata folders on the path, read by importlib."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pieces_engine import find_installed
from pieces_framework import PieceError, PieceNotFoundError
from pieces_framework.importing import import_piece


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands before all others on the path."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def install(site: Path, distribution: str, version: str, entry_points: str) -> None:
    folder = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    )
    (folder / "entry_points.txt").write_text(f"[pieces]\n{entry_points}\n")


@pytest.mark.parametrize(
    "name",
    ["ice-cream", "piece-ice-cream", "Piece_Ice.Cream", "@activepieces/piece-ice-cream"],
)
def test_a_piece_is_found_by_key_and_by_distribution(site: Path, name: str) -> None:
    install(site, "piece-ice-cream", "1.2.3", "ice-cream = piece_ice_cream:ice_cream")

    found = find_installed(name)

    assert found.name == "ice-cream"
    assert found.distribution == "piece-ice-cream"
    assert found.version == "1.2.3"
    assert found.entry_point == "piece_ice_cream:ice_cream"


def test_finding_does_not_import(site: Path) -> None:
    install(site, "piece-sorbet", "0.1.0", "sorbet = piece_sorbet:sorbet")

    find_installed("sorbet")

    assert "piece_sorbet" not in sys.modules


def test_what_is_found_can_be_imported(site: Path) -> None:
    install(site, "piece-granita", "0.1.0", "granita = piece_granita:granita")
    (site / "piece_granita.py").write_text(
        "from pieces_framework import create_piece\n"
        "granita = create_piece(display_name='Granita', logo_url='', actions=[], triggers=[])\n"
    )

    assert import_piece(find_installed("granita").entry_point).display_name == "Granita"


def test_an_unknown_piece_is_told_what_there_is(site: Path) -> None:
    install(site, "piece-sorbet", "0.1.0", "sorbet = piece_sorbet:sorbet")

    with pytest.raises(PieceNotFoundError, match="no piece `sherbet` is installed") as missing:
        find_installed("sherbet")

    assert "`sorbet`" in missing.value.hint


def test_two_distributions_with_one_key_are_an_error(site: Path) -> None:
    install(site, "piece-sorbet", "0.1.0", "sorbet = piece_sorbet:sorbet")
    install(site, "acme-piece-sorbet", "0.1.0", "sorbet = acme_piece_sorbet:sorbet")

    with pytest.raises(PieceError) as claimed:
        find_installed("sorbet")

    assert "`piece-sorbet`" in claimed.value.message
    assert "`acme-piece-sorbet`" in claimed.value.message


def test_their_distribution_names_still_tell_them_apart(site: Path) -> None:
    install(site, "piece-sorbet", "0.1.0", "sorbet = piece_sorbet:sorbet")
    install(site, "acme-piece-sorbet", "0.1.0", "sorbet = acme_piece_sorbet:sorbet")

    assert find_installed("@acme/piece-sorbet").distribution == "acme-piece-sorbet"


def test_the_first_on_the_path_hides_an_older_copy(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    behind = tmp_path_factory.mktemp("behind")
    sys.path.append(str(behind))
    install(site, "piece-sorbet", "0.2.0", "sorbet = piece_sorbet:sorbet")
    install(behind, "piece-sorbet", "0.1.0", "sorbet = piece_sorbet:sorbet")

    assert find_installed("sorbet").version == "0.2.0"
