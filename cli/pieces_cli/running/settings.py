"""What the environment says to a run, and the workspace's `.env` file where it says nothing."""

from __future__ import annotations


def setting(name: str) -> str | None:
    """Return the value of a variable; one that is empty is not set.

    Raises:
        EnvFileError: if the workspace's `.env` file cannot be read.
    """
    import os

    from pieces_cli.dotenv import read_env_file
    from pieces_cli.workspace import find_workspace

    if value := os.environ.get(name):
        return value
    workspace = find_workspace()
    return (workspace and read_env_file(workspace.root / ".env").get(name)) or None
