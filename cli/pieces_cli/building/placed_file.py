"""The last step of a build: what was made aside appears in its folder, whole."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pieces_cli.changes import WriteError


def placed(built: Path, out: Path) -> Path:
    """Copy a file into the folder `out`, which is made if missing, and return where it is.

    It is copied beside its place and then moved there in one step, over one of the same name.

    Raises:
        WriteError: if the disk does not take it.
    """
    target = out / built.name
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".build-") as folder:
            Path(shutil.copy(built, folder)).replace(target)
    except OSError as error:
        raise WriteError(f"cannot write `{target}`: {error.strerror}") from error
    return target
