"""The instance over HTTP. The key goes into the request's header and into no message."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

import httpx

from pieces_framework.errors import ConnectionRejectedError, PieceError
from pieces_framework.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_cli.building.wheel import BuiltWheel
    from pieces_cli.workspace import PieceFolder

TIMEOUT_S: Final = 60.0
_MAX_SHOWN: Final = 500
_BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class UnreachableError(PieceError):
    """The instance did not answer."""

    exit_code = 69  # EX_UNAVAILABLE


class InstanceApiError(PieceError):
    """The instance answered with an error.

    Args:
        message: as for every error of the tree.
        status: of the answer.
        answer_code: what the instance calls the error, such as `VALIDATION`; empty if nothing.
        hint: as for every error of the tree.
    """

    def __init__(self, message: str, *, status: int, answer_code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status: Final = status
        self.answer_code: Final = answer_code


class InstanceBusyError(InstanceApiError):
    """The instance, or a proxy before it, could not answer now."""

    exit_code = 75  # EX_TEMPFAIL


class AddressError(PieceError):
    """A text is not the address of an instance."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class InstanceClient:
    """The API of one instance, as one key sees it."""

    api_url: str
    """As `api_address` returns it."""
    key: str = field(repr=False)
    timeout_s: float = TIMEOUT_S

    def publish(self, piece: PieceFolder, wheel: BuiltWheel) -> bool:
        """Upload a wheel. Returns whether it is new: `False` if the instance has the same.

        Raises:
            UnreachableError: if there is no answer.
            ConnectionRejectedError: if the key is refused.
            InstanceApiError: if the instance has another wheel of that version, or refuses this.
        """
        fields = {
            "pieceName": piece.distribution,
            "pieceVersion": piece.version,
            "packageType": "ARCHIVE",
            "scope": "PLATFORM",
        }
        with wheel.path.open("rb") as archive:
            files = {"pieceArchive": (wheel.path.name, archive, "application/octet-stream")}
            response = self._post("/v1/pieces", fields, files)
        if response.status_code == HTTPStatus.CONFLICT:
            self._check_same(piece, wheel, response)
        elif not response.is_success:
            raise self._refusal(piece, response)
        return response.is_success

    def _post(
        self, path: str, fields: dict[str, str], files: Mapping[str, tuple[str, IO[bytes], str]]
    ) -> httpx.Response:
        try:
            return httpx.post(
                self.api_url + path,
                data=fields,
                files=files,
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=self.timeout_s,
            )
        except httpx.InvalidURL as error:
            raise AddressError(f"`{self.api_url}` is not an address: {error}") from error
        except httpx.RequestError as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(
                f"no answer from `{self.api_url}`: {reason}",
                hint="check the address, and that the instance runs (`pieces serve`)",
            ) from error

    def _check_same(self, piece: PieceFolder, wheel: BuiltWheel, response: httpx.Response) -> None:
        params = _json_object(_json_object(_body(response)).get("params"))
        ours = {"sha256": wheel.sha256, "sourceDigest": wheel.source_digest}
        if not any(params.get(name) == value for name, value in ours.items()):
            now = Version.parse(piece.version)
            following = Version(now.major, now.minor, now.patch + 1)
            raise InstanceApiError(
                f"the instance has `{piece.distribution}` {piece.version} with other content",
                status=response.status_code,
                answer_code=_code(response),
                hint=f"a version is published once: set `version` to {following} or higher",
            )

    def _refusal(self, piece: PieceFolder, response: httpx.Response) -> PieceError:
        status = response.status_code
        said = self._message(response)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return ConnectionRejectedError(
                f"`{self.api_url}` refused the API key ({status}): {said}",
                hint="check AP_API_KEY; where the instance runs,"
                " `python -m pieces_server keys create` makes a key",
            )
        error = InstanceBusyError if status in _BUSY else InstanceApiError
        return error(
            f"`{piece.distribution}` {piece.version} was not published ({status}): {said}",
            status=status,
            answer_code=_code(response),
            hint=self._advice(response),
        )

    def _advice(self, response: httpx.Response) -> str:
        if response.has_redirect_location:
            location = self._masked(response.headers["location"])
            return f"it points to {location}: use that as the API URL"
        if response.status_code == HTTPStatus.NOT_FOUND:
            return "is this the instance's address (with or without /api)?"
        return "try again later" if response.status_code in _BUSY else ""

    def _message(self, response: httpx.Response) -> str:
        """What the answer says, on one line, without the key."""
        body = _json_object(_body(response))
        params = _json_object(body.get("params"))
        said = params.get("message") or body.get("message") or body.get("detail")
        text = said if isinstance(said, str) else response.text or response.reason_phrase
        return self._masked(" ".join(text.split()))[:_MAX_SHOWN]

    def _masked(self, text: str) -> str:
        return text.replace(self.key, "***")


def api_address(text: str) -> str:
    """Return the root of the API of the instance at `text`, which may end in `/api` itself.

    >>> api_address("https://pieces.example.com/")
    'https://pieces.example.com/api'

    Raises:
        AddressError: if it is no HTTP address, or holds more than one.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port or a bracket that is none
        valid = False
    else:
        valid = valid and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not valid:
        raise AddressError(
            "the API URL is not an address like `https://pieces.example.com/api`",
            hint="give the scheme, the host and nothing secret: the key has its own place",
        )
    return url if url.endswith("/api") else f"{url}/api"


def check_key(key: str) -> str:
    """Return an API key without the white space around it.

    Raises:
        ConnectionRejectedError: if it cannot be sent in a header; the message does not repeat it.
    """
    stripped = key.strip()
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise ConnectionRejectedError(
            "the API key is empty or holds characters that no key has",
            hint="copy it again, without line breaks",
        )
    return stripped


def _code(response: httpx.Response) -> str:
    code = _json_object(_body(response)).get("code")
    return code if isinstance(code, str) else ""


def _body(response: httpx.Response) -> object:
    try:
        # Anything JSON; looked at by `_json_object` only.
        return cast("object", response.json())
    except ValueError:
        return None


def _json_object(value: object) -> dict[str, object]:
    # The keys of a JSON object are text.
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
