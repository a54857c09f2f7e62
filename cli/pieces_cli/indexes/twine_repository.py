"""A repository that twine uploads to, with twine's own settings: `~/.pypirc` and `TWINE_…`."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pieces_cli.publishing.answers import UnreachableError
from pieces_cli.terminal import is_terminal
from pieces_framework.errors import ConnectionRejectedError, PieceError, RetryableError
from pieces_framework.secret_forms import MASK

from .package_index import host_of, without_credentials

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    import requests
    from twine.settings import Settings

_MAX_SHOWN: Final = 500
_LEGACY: Final = "legacy/"
"""Where the default index, and those like it, take uploads: beside `simple/`."""


class RepositoryError(PieceError):
    """Twine is not here, or its settings lead nowhere."""

    exit_code = 78  # EX_CONFIG


class DistributionError(PieceError):
    """An index would not show a file as it is meant."""

    exit_code = 65  # EX_DATAERR


class UploadRefusedError(PieceError):
    """The repository did not take a file."""


@dataclass(frozen=True)
class TwineRepository:
    """Where twine uploads to."""

    settings: Settings

    @property
    def url(self) -> str:
        """Where files are sent, without credentials."""
        return without_credentials(self.settings.repository_config["repository"] or "")

    @property
    def index_url(self) -> str:
        """Where installers look for what is uploaded, as most indexes have it."""
        from twine import repository

        if self.url.startswith(repository.WAREHOUSE):
            return f"{repository.WAREHOUSE_WEB}simple/"
        above = self.url if self.url.endswith("/") else f"{self.url}/"
        return f"{above.removesuffix(_LEGACY)}simple/"

    def open_session(self, url: str) -> requests.Session:
        """Return a session for a URL, with the credentials if the repository is there too."""
        from twine.utils import make_requests_session

        if host_of(url) == host_of(self.url):
            with _reported(), redirect_stdout(sys.stderr):
                return self.settings.create_repository().session
        return make_requests_session()

    def upload(self, path: Path) -> None:
        """Upload a file.

        Raises:
            UnreachableError: if there is no answer.
            ConnectionRejectedError: if the credentials are refused.
            RetryableError: if the repository cannot take it now.
            UploadRefusedError: if it does not take it.
            RepositoryError: if there are no credentials.
        """
        import requests
        from twine.package import PackageFile

        with _reported(), redirect_stdout(sys.stderr):
            self.settings.check_repository_url()
            package = PackageFile.from_filename(str(path), self.settings.comment)
            with closing(self.settings.create_repository()) as repository:
                try:
                    response = repository.upload(package)
                except requests.RequestException as error:
                    raise UnreachableError(
                        f"no answer from `{self.url}`: {type(error).__name__}",
                        hint="check the address and the network, then try again",
                    ) from error
        if response.status_code != HTTPStatus.OK:
            raise self._refusal(path, response)

    def _refusal(self, path: Path, response: requests.Response) -> PieceError:
        status = response.status_code
        exists = "already exist" in f"{response.reason} {response.text}".lower()
        is_page = "html" in response.headers.get("content-type", "")
        said = " ".join((response.reason if is_page else response.text).split())
        if password := self.settings.password:
            said = said.replace(password, MASK)
        refused = f"`{self.url}` did not take `{path.name}` ({status}): {said[:_MAX_SHOWN]}"
        if response.is_redirect:
            target = without_credentials(response.headers["location"])
            return UploadRefusedError(refused, hint=f"it points to `{target}`: upload there")
        if status == HTTPStatus.CONFLICT or exists:
            return UploadRefusedError(
                refused, hint="a version is published once: raise it with `pieces version`"
            )
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return ConnectionRejectedError(
                refused, hint="check TWINE_USERNAME and TWINE_PASSWORD, or ~/.pypirc"
            )
        busy = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return RetryableError(refused, hint="try again") if busy else UploadRefusedError(refused)


def twine_repository(name: str | None, url: str | None, *, asks: bool = False) -> TwineRepository:
    """Return the repository that twine would upload to.

    Args:
        name: a section of `~/.pypirc`; twine's default if `None`.
        url: an address instead.
        asks: whether someone is there to type a password.

    Raises:
        RepositoryError: if twine is not installed, or there is no such repository.
    """
    try:
        from twine.settings import Settings
    except ModuleNotFoundError as error:
        raise RepositoryError(
            "publishing to a package index needs twine",
            hint="pip install 'piecekit[publish]'",
        ) from error
    parser = argparse.ArgumentParser()
    Settings.register_argparse_arguments(parser)
    given = [f"--repository={name}"] if name else []
    given += [f"--repository-url={url}"] if url else []
    given += [] if asks else ["--non-interactive"]
    given += [] if is_terminal(sys.stderr) else ["--disable-progress-bar"]
    with _reported():
        return TwineRepository(Settings.from_argparse(parser.parse_args(given)))


def check_distributions(paths: Sequence[Path]) -> None:
    """Check files as `twine check` does; what it finds goes to standard error.

    Raises:
        DistributionError: if an index would refuse them, or could not show their description.
    """
    from twine.commands.check import check

    with _reported(), redirect_stdout(sys.stderr):
        failed = check([str(path) for path in paths])
    if failed:
        names = ", ".join(f"`{path.name}`" for path in paths)
        raise DistributionError(
            f"an index could not show the description of {names}",
            hint="correct the file that `readme` names in pyproject.toml",
        )


@contextmanager
def _reported() -> Generator[None]:
    """Let errors of twine end as ours."""
    from twine import exceptions

    try:
        yield
    except exceptions.InvalidDistribution as error:
        raise DistributionError(f"twine refuses what was built: {error}") from error
    except exceptions.NonInteractive as error:
        raise RepositoryError(
            "there are no credentials for the repository",
            hint="set TWINE_USERNAME and TWINE_PASSWORD, or write them into ~/.pypirc",
        ) from error
    except exceptions.TwineException as error:
        said = " ".join(str(error).split())
        raise RepositoryError(
            f"twine cannot use the repository: {said}",
            hint="name one of ~/.pypirc by --repository, or give --repository-url",
        ) from error
