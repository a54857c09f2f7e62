"""The files of a test and of a local run: one contract, and so the same limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pieces_engine import LocalFiles
from pieces_framework.testing import MemoryFiles
from tests.engine.files_contract import FilesContract


class TestMemoryFiles(FilesContract):
    @pytest.fixture
    def files(self) -> MemoryFiles:
        return MemoryFiles(max_bytes=4)

    @pytest.fixture
    def default_files(self) -> MemoryFiles:
        return MemoryFiles()

    @pytest.fixture
    def read(self, files: MemoryFiles, default_files: MemoryFiles) -> Callable[[str], bytes]:
        return lambda url: (files if url in files.urls else default_files).read(url)


class TestLocalFiles(FilesContract):
    @pytest.fixture
    def files(self, tmp_path: Path) -> LocalFiles:
        return LocalFiles(tmp_path, max_bytes=4)

    @pytest.fixture
    def default_files(self, tmp_path: Path) -> LocalFiles:
        return LocalFiles(tmp_path)

    @pytest.fixture
    def read(self) -> Callable[[str], bytes]:
        return lambda url: Path(unquote(urlsplit(url).path)).read_bytes()
