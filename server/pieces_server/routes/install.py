"""Install a version of a piece from another package index. Source: docs, "Pieces" endpoints."""

from functools import partial
from typing import Annotated, Final, Literal, TypeAlias

from anyio import CapacityLimiter, to_thread
from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from pieces_server.audit import Actor
from pieces_server.errors import EngineOperationError
from pieces_server.instance import Instance
from pieces_server.registry.publishing import Announced, Published

from .document import Document
from .parameters import NameText, VersionField

_INSTALLING: Final = CapacityLimiter(4)
"""So many wait at a time for the other index, which may be slow; publishers do not wait for it."""


PackageType: TypeAlias = Literal["ARCHIVE", "REGISTRY"]
"""Whether a version comes in a file or from another index."""


def _without_file(kind: PackageType) -> PackageType:
    if kind == "ARCHIVE":
        raise PydanticCustomError("no_file", "ARCHIVE takes a form with the file `pieceArchive`")
    return kind


class InstallForm(Document):
    """Which version is to be installed."""

    piece_name: NameText
    piece_version: VersionField
    package_type: Annotated[
        PackageType, AfterValidator(_without_file), WithJsonSchema({"const": "REGISTRY"})
    ]
    scope: Literal["PLATFORM"]


async def install_piece(instance: Instance, asked: InstallForm, actor: Actor) -> Published:
    """Fetch the wheel of a version, and publish it.

    Raises:
        EngineOperationError: if no index was named, or it does not give out that wheel.
        PieceError: as for `Publishing.publish_piece`.
    """
    work = partial(_install, instance, asked, actor)
    return await to_thread.run_sync(work, limiter=_INSTALLING)


def _install(instance: Instance, asked: InstallForm, actor: Actor) -> Published:
    if instance.other_index is None:
        raise EngineOperationError(
            "this instance takes pieces from no other index",
            hint="upload the wheel (`packageType` ARCHIVE), or let the administrator set"
            " `AP_REGISTRY_URL`",
        )
    with instance.folder.receiving() as incoming:
        filename = instance.other_index.download(
            asked.piece_name, asked.piece_version, incoming.write
        )
        return instance.publishing.publish_piece(
            incoming.received(),
            Announced(
                name=asked.piece_name,
                version=asked.piece_version,
                label=filename,
                filename=filename,
            ),
            actor=actor,
            package_type="REGISTRY",
        )
