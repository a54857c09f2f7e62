"""What a Python package index has of a piece, as its pages for installers say. Source: PEP 503."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from typing_extensions import override

from pieces_cli.publishing.refusals import UnreachableError
from pieces_framework.errors import PieceError
from pieces_framework.names import normalize_name

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    import requests

_TIMEOUT_S: Final = (10.0, 60.0)
"""To connect, and for each wait for bytes."""
_CHUNK_BYTES: Final = 1 << 16
_MAX_BYTES: Final = 256 << 20
_MAX_PAGE_BYTES: Final = 64 << 20
_PAGES: Final = "application/vnd.pypi.simple.v1+html, text/html;q=0.5"


class RepositoryError(PieceError):
    """Twine is not here, or the settings lead nowhere."""

    exit_code = 78  # EX_CONFIG
    code = "REPOSITORY"


class IndexAnswerError(PieceError):
    """An index does not say what it has, or gives out something else."""

    code = "INDEX_ANSWER"


@dataclass(frozen=True, kw_only=True)
class IndexFile:
    """A file that an index has."""

    name: str
    url: str
    algorithm: str
    """Of `digest`, such as `sha256`; empty if the index names no digest."""
    digest: str
    """In hex."""

    @property
    def is_wheel(self) -> bool:
        """Whether it is one, by its name."""
        return self.name.endswith(".whl")

    def digest_of(self, content: bytes) -> str | None:
        """Return the digest that the content has; `None` if the index names none that is known."""
        try:
            return hashlib.new(self.algorithm, content, usedforsecurity=False).hexdigest()
        except (TypeError, ValueError):
            return None


class PackageIndex:
    """The pages of one index.

    Args:
        url: above the pages of all projects, as installers take it.
        open_session: makes what asks for a URL; told whether the index wants to know who asks.

    Raises:
        RepositoryError: if that is no URL.
    """

    def __init__(self, url: str, open_session: Callable[[str, bool], requests.Session]) -> None:
        self._url = url if url.endswith("/") else f"{url}/"
        self._open_session = open_session
        try:
            self.name: Final = without_credentials(self._url)
        except ValueError as error:
            raise RepositoryError(
                "the address of the index is none", hint="correct `--index-url`"
            ) from error

    def files(self, distribution: str) -> Mapping[str, IndexFile]:
        """Return the files of a project by name; none if the index does not know it.

        Raises:
            UnreachableError: if there is no answer.
            IndexAnswerError: if the answer is not a page of an index.
            RepositoryError: if it wants credentials, and there are none.
        """
        url = f"{self._url}{normalize_name(distribution)}/"
        with self._answer(url) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                return {}
            elsewhere = host_of(response.url) != host_of(url)
            kind = response.headers.get("content-type", "")
            if not response.ok or elsewhere or "html" not in kind:
                raise IndexAnswerError(
                    f"`{self.name}` does not say which files it has ({response.status_code})"
                )
            content = self._content(response, f"the page of `{distribution}`", _MAX_PAGE_BYTES)
            page = _Page(response.url)
        page.feed(content.decode(errors="replace"))
        return {file.name: file for file in page.files}

    def download(self, file: IndexFile, target: Path) -> None:
        """Write a file of the index.

        Raises:
            UnreachableError: if there is no answer.
            IndexAnswerError: if the index does not give it out as it said.
            RepositoryError: if it wants credentials, and there are none.
        """
        with self._answer(file.url) as response:
            what = f"`{file.name}`"
            content = self._content(response, what, _MAX_BYTES) if response.ok else b""
        if not response.ok or file.digest_of(content) not in {None, file.digest}:
            raise IndexAnswerError(
                f"`{self.name}` did not give out `{file.name}` as it said ({response.status_code})"
            )
        target.write_bytes(content)

    @contextmanager
    def _answer(self, url: str) -> Generator[requests.Response]:
        """Ask without credentials that would have to be fetched, unless the index wants them."""
        with ExitStack() as opened:
            session = opened.enter_context(closing(self._open_session(url, False)))
            response = opened.enter_context(closing(self._get(session, url)))
            if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                session = opened.enter_context(closing(self._open_session(url, True)))
                response = opened.enter_context(closing(self._get(session, url)))
            yield response

    def _content(self, response: requests.Response, what: str, most: int) -> bytes:
        import requests

        content = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK_BYTES):
                content += chunk
                if len(content) > most:
                    raise IndexAnswerError(f"{what} on `{self.name}` is too large to read")
        except requests.RequestException as error:
            raise UnreachableError(
                f"`{self.name}` stopped in {what}: {type(error).__name__}", hint="try again"
            ) from error
        return bytes(content)

    def _get(self, session: requests.Session, url: str) -> requests.Response:
        import requests

        try:
            return session.get(url, headers={"Accept": _PAGES}, timeout=_TIMEOUT_S, stream=True)
        except (requests.RequestException, ValueError) as error:  # the latter: a bad redirection
            raise UnreachableError(
                f"no answer from `{self.name}`: {type(error).__name__}",
                hint="check the address and the network, then try again",
            ) from error


def without_credentials(url: str) -> str:
    """Return a URL as messages may show it.

    >>> without_credentials("https://me:secret@index.example.com/simple/")
    'https://index.example.com/simple/'

    Raises:
        ValueError: if it is none.
    """
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def host_of(url: str) -> tuple[str, str]:
    """Return scheme and host of a URL, with its port if it names one: credentials belong to it."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2]


class _Page(HTMLParser):
    """The links of a project's page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.files: list[IndexFile] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag != "a" or not href:
            return
        try:
            url, fragment = urldefrag(urljoin(self._url, href))
            name = unquote(urlsplit(url).path.rpartition("/")[2])
        except ValueError:  # no address, so no file
            return
        algorithm, _, digest = fragment.partition("=")
        self.files.append(IndexFile(name=name, url=url, algorithm=algorithm, digest=digest.lower()))
