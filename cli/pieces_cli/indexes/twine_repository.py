"""A repository that twine uploads to, with twine's own settings: `~/.pypirc` and `TWINE_…`."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pieces_cli.publishing.refusals import UnreachableError
from pieces_cli.terminal import is_terminal
from pieces_framework.errors import ConnectionRejectedError, PieceError, RetryableError
from pieces_framework.secret_forms import MASK, secret_pattern

from .package_index import RepositoryError, host_of, without_credentials

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    import requests
    from twine.repository import Repository
    from twine.settings import Settings

_MAX_SHOWN: Final = 500
_LEGACY: Final = "legacy/"
"""Where the default index, and those like it, take uploads: beside `simple/`."""


class DistributionError(PieceError):
    """An index would not show a file as it is meant."""

    exit_code = 65  # EX_DATAERR
    code = "DISTRIBUTION"


class UploadRefusedError(PieceError):
    """The repository did not take a file."""

    code = "UPLOAD_REFUSED"


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

    def open_session(self, url: str, is_login_wanted: bool) -> requests.Session:  # noqa: FBT001
        """Return a session for a URL, with credentials only if the repository is there too.

        Credentials that must be asked or fetched are used only if they are wanted.

        Raises:
            UnreachableError: if nobody gives them out now.
            RepositoryError: if there are none.
        """
        from twine.utils import make_requests_session

        is_there = host_of(url) == host_of(self.url)
        if is_there and (is_login_wanted or self._has_login):
            with _reported(), redirect_stdout(sys.stderr):
                return self._repository().session
        return make_requests_session()

    @property
    def _has_login(self) -> bool:
        given, config = self.settings.auth.input, self.settings.repository_config
        return bool(given.password or config.get("password"))

    def _repository(self) -> Repository:
        """Return twine's repository; without a password it may ask a publisher for a token."""
        import requests

        try:
            return self.settings.create_repository()
        except requests.RequestException as error:
            raise UnreachableError(
                f"nobody gives out credentials for `{self.url}`: {type(error).__name__}",
                hint="try again, or set TWINE_USERNAME and TWINE_PASSWORD",
            ) from error
        except (LookupError, TypeError) as error:  # twine takes any answer for a token
            raise RepositoryError(
                f"nobody gives out credentials for `{self.url}`",
                hint="set TWINE_USERNAME and TWINE_PASSWORD, or write them into ~/.pypirc",
            ) from error

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
            with closing(self._repository()) as repository:
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
        said = self._masked(said)[:_MAX_SHOWN]
        refused = f"`{self.url}` did not take `{path.name}` ({status}): {said}"
        if response.is_redirect:
            target = self._target(response.headers["location"])
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

    def _masked(self, text: str) -> str:
        """Return what the repository says without the credentials, in whatever form."""
        user, password = self.settings.username or "", self.settings.password or ""
        return secret_pattern([f"{user}:{password}" if password else "", password]).sub(MASK, text)

    def _target(self, location: str) -> str:
        try:
            return self._masked(without_credentials(location))
        except ValueError:
            return "no address"


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
    arguments = parser.parse_args(given)
    if name:
        arguments.repository_url = None  # TWINE_REPOSITORY_URL: what is named here goes first
    with _reported():
        return TwineRepository(Settings.from_argparse(arguments))


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
