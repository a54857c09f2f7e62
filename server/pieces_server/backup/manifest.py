"""What a backup says of itself: the second of its members, after the hash of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MANIFEST: Final = "manifest.json"
MANIFEST_SHA256: Final = "manifest.sha256"

Sha256 = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]


class _Document(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, validate_by_name=True
    )


class Member(_Document):
    """A file in the backup."""

    name: Annotated[str, Field(pattern=r"\A(tables/[a-z_]+\.jsonl|wheels/[0-9a-f]{64}\.whl)\z")]
    """`tables/NAME.jsonl`, a row on each line, or `wheels/SHA256.whl`."""
    sha256: Sha256
    size_bytes: Annotated[int, Field(ge=0)]

    @property
    def table(self) -> str | None:
        """The table whose rows it has; `None` for a wheel."""
        if self.name.startswith("wheels/"):
            return None
        return self.name.removeprefix("tables/").removesuffix(".jsonl")


class Manifest(_Document):
    """The document `manifest.json`."""

    format: Literal["piecekit.backup/1"] = "piecekit.backup/1"
    revision: str
    """That of the tables."""
    created: str
    """When the rows were read, in the API's form of a time."""
    rows: Mapping[str, int]
    """How many rows each table has."""
    members: Sequence[Member]
    """The other members, in their order."""


def wheel_member(sha256: str, size_bytes: int) -> Member:
    """Return the member that a wheel is."""
    return Member(name=f"wheels/{sha256}.whl", sha256=sha256, size_bytes=size_bytes)


def table_member(table: str, sha256: str, size_bytes: int) -> Member:
    """Return the member that a table's rows are."""
    return Member(name=f"tables/{table}.jsonl", sha256=sha256, size_bytes=size_bytes)
