"""The pieces of an instance: which version is meant, and which are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pieces_framework.names import distribution_name, is_distribution_name
from pieces_framework.versions import newest

from .listing import list_pieces
from .piece_source import piece_not_found

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pieces_framework.versions import Version, VersionRange

    from .listing import ListedPiece, ListWishes
    from .piece_source import PieceSource, PieceVersion, StoredPiece


class Catalogue:
    """Choosing among the versions that a source has."""

    def __init__(self, source: PieceSource) -> None:
        self._source = source

    def choose_piece(
        self, name: str, requirement: VersionRange | None = None, *, release: Version
    ) -> StoredPiece:
        """Return the newest version that is accepted.

        Args:
            name: the piece, in any spelling that installers or flows take.
            requirement: what is accepted; `None` is every version. A yanked one is passed over,
                unless it is named exactly.
            release: what must be able to run it.

        Raises:
            PieceNotFoundError: if there is none.
        """
        exact = requirement is not None and not requirement.prefix
        entries = self._versions_of(name, requirement.version if requirement and exact else None)
        offered = [entry for entry in entries if exact or entry.yanked is None]
        return self._found(name, newest(offered, requirement, release=release))

    def find_version(self, name: str, version: Version) -> StoredPiece:
        """Return exactly that version, whatever can run it, also if it is yanked.

        Raises:
            PieceNotFoundError: if there is no such version.
        """
        return self._found(name, next(iter(self._versions_of(name, version)), None))

    def list_pieces(
        self, wishes: ListWishes, *, release: Version, include_hidden: bool = False
    ) -> Sequence[ListedPiece]:
        """Return the newest version of each piece, as a list shows them.

        Args:
            wishes: what the list shall show.
            release: what must be able to run them.
            include_hidden: also lists pieces of which each version is yanked.
        """
        chosen: list[PieceVersion] = []
        for entries in self._source.versions().values():
            offered = [entry for entry in entries if entry.yanked is None]
            shown = newest(offered, release=release)
            if shown is None and include_hidden:
                shown = newest(entries, release=release)
            if shown is not None:
                chosen.append(shown)
        return list_pieces(self._source.load(chosen), wishes)

    def versions(self, release: Version, name: str = "") -> Sequence[PieceVersion]:
        """Return each version that a release can run: of all pieces, or of one; oldest first."""
        pieces = [self._versions_of(name)] if name else self._source.versions().values()
        return [
            entry
            for entries in pieces
            for entry in reversed(entries)
            if newest([entry], release=release) is not None
        ]

    def digests(self, distributions: Collection[str]) -> Mapping[str, Mapping[Version, str]]:
        """Return the source digest of each version of these pieces, by normalised name.

        A piece that is unknown is absent.
        """
        versions = self._source.versions()
        return {
            name: {entry.version: entry.source_digest for entry in versions[name]}
            for name in distributions
            if name in versions
        }

    def _versions_of(self, name: str, version: Version | None = None) -> Sequence[PieceVersion]:
        distribution = distribution_name(name)
        if not is_distribution_name(distribution):  # no database is asked for anything else
            return ()
        return self._source.versions_of(distribution, version)

    def _found(self, name: str, entry: PieceVersion | None) -> StoredPiece:
        if entry is None:
            raise piece_not_found(name)
        return self._source.load([entry])[0]
