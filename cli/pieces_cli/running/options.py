"""What the command line of `pieces run` says, and which of it goes together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .assignments import Assignment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_PORT: Final = 4200
FRONTEND_URL: Final = "AP_FRONTEND_URL"
_STDIN: Final = "-"
PREPARED: Final = "prepared"
"""click's object of a run that `--watch` has started: see `prepared_run`."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """All that the command line says, but for PIECE and NAME."""

    prop: Sequence[Assignment]
    input_file: str | None
    hook: str | None
    payload: str | None
    load: str | None
    search: str | None
    check_auth: bool
    listen: bool
    public_url: str | None
    port: int | None
    limit: int | None
    auth_env: str | None
    auth_file: str | None
    watch: bool
    record: str | None
    replay: str | None

    @property
    def files(self) -> list[str]:
        """The files that a run reads; `-` is standard input."""
        given = [self.input_file, self.payload, self.auth_file, self.replay]
        given += [each.value for each in self.prop if each.is_file]
        return [file for file in given if file is not None]

    def base_url(self) -> str | None:
        """Return where services reach this machine, or `None` if nothing says so.

        Raises:
            click.UsageError: if what says so is no HTTP address.
        """
        from pieces_cli.dotenv import setting

        source, url = "--public-url", self.public_url
        if url is None:
            source, url = FRONTEND_URL, setting(root(), FRONTEND_URL)
        if url is not None and not url.startswith(("http://", "https://")):
            raise click.UsageError(f"{source}: {url!r} does not begin with http:// or https://")
        return None if url is None else url.rstrip("/")

    def check(self, name: str | None) -> None:
        """Refuse what does not go together, as far as that shows without the piece.

        Args:
            name: the NAME that was given, if any.

        Raises:
            click.UsageError: if there is any such thing.
        """
        stdins = self.files.count(_STDIN)
        if stdins > 1:
            raise click.UsageError(
                "only one of --input, --payload, --auth-file and --prop can be stdin"
            )
        if self.watch and stdins:
            raise click.UsageError("--watch runs more than once: give a file in place of stdin")
        if self.record and self.replay:
            raise click.UsageError("give --record or --replay, not both")
        if self.record is not None:
            _check_writable(absolute(self.record).parent)
        for option, clashing, why in self._clashes(name):
            if clashing:
                raise click.UsageError(f"{option} {why}: drop {' and '.join(clashing)}")
        if not self.listen and (self.port is not None or self.limit is not None):
            raise click.UsageError("--port and --limit belong to --listen")
        if self.search is not None and self.load is None:
            raise click.UsageError("--search belongs to --load")

    def _clashes(self, name: str | None) -> list[tuple[str, list[str], str]]:
        """Return, for each option that has some, what it was given with in vain."""
        hooks: dict[str, object] = {"--hook": self.hook, "--payload": self.payload}
        if self.check_auth:
            others: dict[str, object] = {
                "NAME": name,
                "--prop": self.prop,
                "--input": self.input_file,
                **hooks,
            }
            others |= {"--load": self.load, "--listen": self.listen}
            return [("--check-auth", _given(others), "looks at the credentials alone")]
        found: list[tuple[str, list[str], str]] = []
        if self.load is not None:
            found.append(
                (
                    "--load",
                    _given({**hooks, "--listen": self.listen}),
                    "calls the property's loader",
                )
            )
        if self.listen:
            found.append(("--listen", _given(hooks), "calls the hooks itself"))
            once: dict[str, object] = {
                "--watch": self.watch,
                "--record": self.record,
                "--replay": self.replay,
            }
            found.append(("--listen", _given(once), "runs until it is stopped"))
        return found


def _given(options: Mapping[str, object]) -> list[str]:
    return [option for option, value in options.items() if value]


def absolute(file: str) -> Path:
    """Return where `file` lies; its last part may be a link."""
    path = Path(file)
    return path.parent.resolve() / path.name


def root() -> Path:
    """Return whose `.env` and `.pieces` count: the workspace, outside of one the current folder.

    Raises:
        ProjectFileError: as for `find_workspace`.
    """
    from pieces_engine.workspace.folders import find_workspace

    workspace = find_workspace()
    return workspace.root if workspace else Path.cwd()


def _check_writable(folder: Path) -> None:
    import os

    if not folder.is_dir():
        raise click.UsageError(f"--record: there is no folder `{folder}`")
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"--record: nothing can be written to the folder `{folder}`")
