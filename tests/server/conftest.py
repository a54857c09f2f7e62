from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.instance import Instance, running_instance


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One instance for a module's tests; each uses names of pieces of its own."""
    with running_instance(tmp_path_factory.mktemp("data"), AP_MAX_FILE_SIZE_MB="1") as started:
        yield started
