"""The instance over HTTP. The key goes into the request's header and into no message."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self, cast
from urllib.parse import quote

from pieces_cli.building.project_rules import BuildError
from pieces_cli.piece_version import PieceVersion
from pieces_framework.versions import Version

from .connection import InstanceConnection
from .instance_address import api_address, check_key
from .presence import PresentQuery, question, read_answers
from .refusals import VersionTakenError, answer_params, json_object
from .watched_file import WatchedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import httpx

    from pieces_cli.building.wheel import BuiltWheel
    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

    from .presence import Present

TIMEOUT_S: Final = 60.0
WAITS_S: Final = (1.0, 2.0, 4.0)
"""Before each next try of a command that publishes, while an instance cannot answer now."""
_MAX_QUERIES: Final = 1000
"""How many pieces an instance is asked for in one request, at most."""
_ADDED_KEYS: Final = frozenset(
    {
        *("id", "name", "version", "created", "updated"),
        *("pieceType", "packageType", "projectUsage", "breakingReason"),
        *("sha256", "sourceDigest", "filename", "size", "i18n"),
        *("yanked", "findings"),
    }
)
"""What an instance adds to a piece's metadata when it answers it."""
_HIGHEST: Final = "999999999.999999999.999999999"
_NO_DIGEST: Final = "0" * 64


class InstanceClient:
    """The API of one instance, as one key sees it. Threads may share it.

    Args:
        api_url: as `api_address` returns it.
        key: as `check_key` returns it; empty for an instance that may be read without one.
        timeout_s: bound on each wait for bytes of an answer.
        waits_s: how long to wait before each next try while the instance cannot answer now.
        sleep: waits for so many seconds.

    Raises:
        PieceError: as for `InstanceConnection`.
    """

    def __init__(
        self,
        *,
        api_url: str,
        key: str = "",
        timeout_s: float = TIMEOUT_S,
        waits_s: Sequence[float] = (),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.api_url: Final = api_url
        self._connection = InstanceConnection(
            api_url=api_url, key=key, timeout_s=timeout_s, waits_s=waits_s, sleep=sleep
        )

    @classmethod
    def at(
        cls,
        url: str,
        key: str | None,
        *,
        waits_s: Sequence[float] = (),
        sleep: Callable[[float], object] = time.sleep,
    ) -> Self:
        """Return a client of an instance as settings name it: the address and the key unchecked.

        Raises:
            PieceError: if one of them, or the network's settings, cannot be used.
        """
        return cls(
            api_url=api_address(url),
            key=check_key(key) if key else "",
            waits_s=waits_s,
            sleep=sleep,
        )

    def __enter__(self) -> Self:
        """Return the client; the end of the block closes its connections."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections; requests that still wait end as unanswered."""
        self._connection.close()

    def present(self, pieces: Sequence[PresentQuery]) -> list[Present]:
        """Ask which of these versions the instance has, in one request for 1000 of them.

        Returns:
            An answer to each, in the same order.

        Raises:
            UnreachableError: if there is no answer.
            ConnectionRejectedError: if the key is refused.
            InstanceApiError: if the instance answers anything else.
        """
        found: list[Present] = []
        for start in range(0, len(pieces), _MAX_QUERIES):
            found += self._present(pieces[start : start + _MAX_QUERIES])
        return found

    def newest(self, distribution: str) -> PieceVersion | None:
        """Return the highest version of a piece, or `None`; otherwise as `published`."""
        previous = self._look(distribution, _HIGHEST).previous
        return None if previous is None else self.published(distribution, previous)

    def has(self, distribution: str, version: Version) -> bool:
        """Whether a version of a piece is published; raises as `published`."""
        return self._look(distribution, str(version)).status != "absent"

    def published(self, distribution: str, version: Version) -> PieceVersion:
        """Return a version of a piece that is published.

        A yanked one counts, and one that the instance's release cannot run: their numbers are
        taken, and there are flows that use them.

        Raises:
            UnreachableError: if there is no answer.
            ConnectionRejectedError: if the key is refused.
            InstanceApiError: if the instance answers anything else.
        """
        path = f"/v1/pieces/{quote(distribution, safe='')}/versions/{version}"
        response = self._connection.send(lambda http: http.get(path))
        what_failed = f"`{distribution}` {version} could not be read"
        self._connection.require_success(response, what_failed)
        return self._connection.read(response, self._piece_version, what_failed)

    def publish(
        self,
        piece: PieceFolder,
        wheel: BuiltWheel,
        *,
        breaking_reason: str | None = None,
        sent: Callable[[int], object] = lambda _: None,
    ) -> bool:
        """Upload a wheel. Returns whether it is new: `False` if the instance has the same.

        Args:
            piece: what it was built from.
            wheel: what to upload.
            breaking_reason: why it may break what its version says it does not.
            sent: is told how many bytes of the wheel have been sent so far.

        Raises:
            UnreachableError: if there is no answer.
            ConnectionRejectedError: if the key is refused.
            VersionTakenError: if the instance has that version with other content.
            InstanceApiError: if it refuses the wheel.
            BuildError: if the wheel is gone.
        """
        fields = {
            "pieceName": piece.distribution,
            "pieceVersion": piece.version,
            "packageType": "ARCHIVE",
            "scope": "PLATFORM",
        }
        if breaking_reason is not None:
            fields["breakingReason"] = breaking_reason

        def upload(http: httpx.Client) -> httpx.Response:
            with _opened(wheel.path, sent) as archive:
                files = {"pieceArchive": (wheel.path.name, archive, "application/octet-stream")}
                return http.post("/v1/pieces", data=fields, files=files)

        response = self._connection.send(upload)
        if response.status_code == HTTPStatus.CONFLICT:
            _check_same(piece, wheel, response)
        else:
            what_failed = f"`{piece.distribution}` {piece.version} was not published"
            self._connection.require_success(response, what_failed)
        return response.is_success

    def without_key(self, text: str) -> str:
        """Return a text with a mask where it holds the key."""
        return self._connection.without_key(text)

    def _look(self, distribution: str, version: str) -> Present:
        query = PresentQuery(distribution=distribution, version=version, source_digest=_NO_DIGEST)
        [found] = self.present([query])
        return found

    def _present(self, pieces: Sequence[PresentQuery]) -> list[Present]:
        body = question(pieces)
        response = self._connection.send(lambda http: http.post("/v1/pieces/present", json=body))
        what_failed = "what is published could not be asked"
        self._connection.require_success(response, what_failed)
        return self._connection.read(
            response, lambda answer: read_answers(pieces, answer), what_failed
        )

    def _piece_version(self, answer: object) -> PieceVersion:
        # The keys of a JSON object are text, its values JSON.
        detail = cast("Mapping[str, JsonValue]", json_object(answer))
        # A piece may say of itself that it is deprecated; with a date, the instance says so.
        notices = {name: json_object(detail.get(name)) for name in ("yanked", "deprecated")}
        notices = {name: notice for name, notice in notices.items() if "date" in notice}
        said = "; ".join(
            f"{name}: {notice['reason']}" if notice.get("reason") else name
            for name, notice in notices.items()
        )
        added = _ADDED_KEYS | notices.keys()
        return PieceVersion(
            version=Version.parse(str(detail["version"])),
            metadata={key: value for key, value in detail.items() if key not in added},
            source_digest=str(detail["sourceDigest"]),
            origin=f"`{self.api_url}`{f' ({said})' if said else ''}",
        )


def _opened(wheel: Path, sent: Callable[[int], object]) -> WatchedFile:
    try:
        return WatchedFile(wheel, sent)
    except OSError as error:
        raise BuildError(
            f"`{wheel}` cannot be read again: {error.strerror}", hint="build it once more"
        ) from error


def _check_same(piece: PieceFolder, wheel: BuiltWheel, response: httpx.Response) -> None:
    params = answer_params(response)
    ours = {"sha256": wheel.sha256, "sourceDigest": wheel.source_digest}
    if not any(params.get(name) == value for name, value in ours.items()):
        raise VersionTakenError(
            f"the instance has `{piece.distribution}` {piece.version} with other content"
        )
