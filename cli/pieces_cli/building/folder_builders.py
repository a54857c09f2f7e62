"""hatchling's builders, bound to the files of a piece's folder: wheel, archive and digest alike."""

from __future__ import annotations

import os
import stat
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.config import BuilderConfig
from hatchling.builders.plugin.interface import BuilderInterface
from hatchling.builders.sdist import SdistBuilder, SdistBuilderConfig
from hatchling.builders.wheel import WheelBuilder, WheelBuilderConfig
from typing_extensions import override

from .project_rules import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hatchling.builders.plugin.interface import IncludedFile

_IGNORE_FILE: Final = ".gitignore"
_NEVER: Final = (".env", ".env.*", ".pieces", ".git", "*.egg-info")
"""What is never packed, whatever the settings say; caches hatchling leaves out itself."""


class _FolderConfig(BuilderConfig):
    """Settings of the piece's folder alone: of the `.gitignore` files only its own counts."""

    @override
    def load_vcs_exclusion_patterns(self) -> list[str]:
        path = Path(self.root, _IGNORE_FILE)
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    @cached_property
    @override
    def vcs_exclusion_files(self) -> dict[str, list[str]]:
        return {}


class _FolderBuilder(BuilderInterface[Any, Any]):  # as hatchling leaves them open
    left_out: frozenset[Path] = frozenset()
    """Files that are not packed."""

    def build_archive(self, directory: str) -> list[str]:
        """Build, whatever hatchling's environment variables ask for; return the archive's path."""
        return list(
            self.build(
                directory=directory,
                versions=["standard"],
                hooks_only=False,
                clean=False,
                clean_hooks_after=False,
            )
        )

    @override
    def recurse_included_files(self) -> Iterator[IncludedFile]:
        """Yield what belongs into the archive.

        Raises:
            BuildError: at something that is no file, or lies in a folder outside of the piece's.
        """
        root = os.path.realpath(self.root)
        for file in super().recurse_included_files():
            path = Path(file.path)
            # A link to such a file is one too.
            parts = (*PurePath(file.distribution_path).parts, Path(os.path.realpath(path)).name)
            if path in self.left_out or any(
                fnmatchcase(part, name) for part in parts for name in _NEVER
            ):
                continue
            if not Path(os.path.realpath(path.parent)).is_relative_to(root):
                raise BuildError(
                    f"`{path}` would be packed, and lies outside of `{self.root}`",
                    hint="move it into the piece's folder, or leave it out",
                )
            if not stat.S_ISREG(path.stat().st_mode):
                raise BuildError(f"`{path}` would be packed, and is no file", hint="leave it out")
            yield file


class _WheelConfig(_FolderConfig, WheelBuilderConfig):
    pass


class _SdistConfig(_FolderConfig, SdistBuilderConfig):
    pass


class FolderWheelBuilder(_FolderBuilder, WheelBuilder):
    """Of a wheel."""

    @classmethod
    @override
    def get_config_class(cls) -> type[WheelBuilderConfig]:
        return _WheelConfig


class FolderSdistBuilder(_FolderBuilder, SdistBuilder):
    """Of an archive of the sources."""

    @classmethod
    @override
    def get_config_class(cls) -> type[SdistBuilderConfig]:
        return _SdistConfig
