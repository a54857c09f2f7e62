"""Another package index, from which wheels of pieces are fetched: the one of `AP_REGISTRY_URL`.

Who may install a piece names it and its version. The address is the administrator's; a link on the
index's pages may lead to another host, as links of indexes do, only to HTTP, and not into a network
that the index is not in itself. Nothing of what is fetched is answered to anyone before it has the
hash that the index says, and is a piece's wheel.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias, cast
from urllib.parse import unquote, urlsplit

import requests
from pypi_simple import ACCEPT_ANY, ProjectPage, PyPISimple, UnsupportedRepoVersionError

from pieces_framework.names import distribution_name, is_distribution_name, normalize_name
from pieces_server.errors import EngineOperationError, FileTooLargeError
from pieces_server.settings import SettingsError
from pieces_server.web.form_reader import one_line

from .bounded_connections import BoundedAdapter, Bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from urllib.parse import SplitResult

    from pypi_simple import DistributionPackage

    from pieces_server.settings import Settings

    _Write: TypeAlias = Callable[[bytes], object]

_TIMEOUT_S: Final = (10.0, 30.0)
"""To connect, and for each wait for bytes."""
_DEADLINE_S: Final = 300.0
_MAX_REDIRECTS: Final = 5
_MAX_PAGE_BYTES: Final = 32 * 1024 * 1024
_MAX_REASON: Final = 500
_CHUNK_BYTES: Final = 64 * 1024
_JSON: Final = "application/vnd.pypi.simple.v1+json"
_HTML: Final = frozenset({"application/vnd.pypi.simple.v1+html", "text/html"})


def open_other_index(settings: Settings) -> OtherIndex | None:
    """Return the index that the administrator named, if any.

    Raises:
        SettingsError: if its address is none.
    """
    url = settings.registry_url
    if url is None:
        return None
    return OtherIndex(url.get_secret_value(), max_file_bytes=settings.max_file_size_bytes)


class OtherIndex:
    """The package index of one address. Threads may share it.

    Args:
        url: above the pages of all projects, as installers take it; with the credentials for it.
        max_file_bytes: bound on what is fetched.
        deadline_s: bound on a download as a whole: its bytes may come one by one.

    Raises:
        SettingsError: if that is no address. The message does not repeat it.
    """

    def __init__(self, url: str, *, max_file_bytes: int, deadline_s: float = _DEADLINE_S) -> None:
        self._max_file_bytes = max_file_bytes
        self._deadline_s = deadline_s
        try:
            split = urlsplit(url)
            self._origin = _origin(split)
        except ValueError:
            split, self._origin = urlsplit(""), ("", "", None)
        if split.scheme not in {"http", "https"} or not split.hostname or split.query:
            raise SettingsError(
                "`AP_REGISTRY_URL`: not the address of a package index",
                hint="give one such as `https://index.example/simple/`",
            )
        address = split._replace(netloc=split.netloc.rpartition("@")[2], fragment="").geturl()
        self._name: Final = f"the index `{address}`"
        self._address = address
        self._credentials = (
            None
            if split.username is None
            else (unquote(split.username), unquote(split.password or ""))
        )

    def download(self, name: str, version: str, write: _Write) -> str:
        """Write the wheel of a version, and return its file name.

        Args:
            name: of the piece, in any spelling that installers or flows take.
            version: exactly that one.
            write: takes the next bytes of it.

        Raises:
            EngineOperationError: if the index has no such wheel, has withdrawn it, does not answer
                as an index does, or gives out other bytes than it says.
            FileTooLargeError: if it is larger than the instance takes.
        """
        distribution = distribution_name(name)
        if not is_distribution_name(distribution):  # it becomes a part of an address
            raise EngineOperationError(f"{self._name} has no {distribution!r}")
        bounds = Bounds(self._name, self._origin[1], deadline_s=self._deadline_s)
        with bounds, _session(bounds) as session:
            page = self._page(session, distribution)
            file = self._wheel(page, distribution, version)
            self._fetch(session, file, write)
        return file.filename

    def _page(self, session: requests.Session, distribution: str) -> ProjectPage:
        client = PyPISimple(self._address, session=session)
        url = client.get_project_url(distribution)
        with self._answer(session, url, {"Accept": ACCEPT_ANY}) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise EngineOperationError(f"{self._name} has no {distribution!r}")
            self._require_success(response)
            content = b"".join(self._chunks(response, _MAX_PAGE_BYTES))
        try:
            return _parsed_page(distribution, response, content)
        except (ValueError, RecursionError, UnsupportedRepoVersionError) as error:
            raise EngineOperationError(
                f"{self._name} answers with what is no page of an index",
                hint="correct `AP_REGISTRY_URL`: installers take it as `--index-url`",
            ) from error

    def _wheel(self, page: ProjectPage, distribution: str, version: str) -> DistributionPackage:
        wheels = [
            file
            for file in page.packages
            if file.package_type == "wheel"
            and normalize_name(file.project or "") == distribution
            and file.version == version
        ]
        if not wheels:
            raise EngineOperationError(f"{self._name} has no wheel of {distribution!r} {version}")
        # A piece's wheel is for any machine: among several, that one.
        chosen = min(wheels, key=lambda file: not file.filename.endswith("-none-any.whl"))
        if chosen.is_yanked:
            words = one_line(chosen.yanked_reason or "")[:_MAX_REASON]
            reason = f": {words}" if words else ""
            raise EngineOperationError(
                f"{self._name} has withdrawn {distribution!r} {version}{reason}",
                hint="name another version; or upload the wheel, if it must be this one",
            )
        return chosen

    def _fetch(self, session: requests.Session, file: DistributionPackage, write: _Write) -> None:
        expected = file.digests.get("sha256", "").lower()
        if not expected:
            raise EngineOperationError(
                f"{self._name} does not say the SHA-256 of {file.filename!r}",
                hint="upload the wheel, or let the index say it",
            )
        digest = hashlib.sha256()
        with self._answer(session, file.url) as response:
            self._require_success(response)
            for chunk in self._chunks(response, self._max_file_bytes):
                digest.update(chunk)
                write(chunk)
        if digest.hexdigest() != expected:
            raise EngineOperationError(
                f"{file.filename!r} has another SHA-256 than {self._name} says",
                hint="it was damaged on its way, or changed: ask who runs the index",
            )

    @contextmanager
    def _answer(
        self, session: requests.Session, url: str, headers: dict[str, str] | None = None
    ) -> Generator[requests.Response]:
        """Hand out an answer, whatever it is; its body is yet to be read."""
        try:
            # Only where they belong: a link may lead to a host of somebody else.
            is_ours = _origin(urlsplit(url)) == self._origin
            auth = self._credentials if is_ours else None
            with session.get(
                url, headers=headers, auth=auth, timeout=_TIMEOUT_S, stream=True
            ) as response:
                yield response
        except (requests.RequestException, ValueError) as error:
            # Not its text, which may name an address inside of the administrator's network.
            raise EngineOperationError(
                f"{self._name} does not answer: {type(error).__name__}",
                hint="try again later; if it lasts, ask who runs the instance",
            ) from error

    def _require_success(self, response: requests.Response) -> None:
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise EngineOperationError(
                f"{self._name} refuses the instance ({response.status_code})",
                hint="write credentials that may read it into `AP_REGISTRY_URL`",
            )
        if response.status_code != HTTPStatus.OK:
            raise EngineOperationError(f"{self._name} answers {response.status_code}")

    def _chunks(self, response: requests.Response, max_bytes: int) -> Iterator[bytes]:
        left = max_bytes
        for chunk in response.iter_content(_CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise FileTooLargeError(max_bytes)
            yield chunk


def _session(bounds: Bounds) -> requests.Session:
    session = requests.Session()
    session.max_redirects = _MAX_REDIRECTS
    # What is read is what is sent: the bounds are on that.
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": "pieces-server"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(bounds))
    return session


def _parsed_page(distribution: str, response: requests.Response, content: bytes) -> ProjectPage:
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind == _JSON:
        # What it holds is checked by the library.
        return ProjectPage.from_json_data(cast("object", json.loads(content)), response.url)
    if kind in _HTML:
        return ProjectPage.from_html(distribution, content, response.url)
    raise ValueError(kind)


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, (url.hostname or "").lower(), port
