"""Short lists about pieces: categories, what there is for a release, versions of a piece."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from pieces_framework.names import MAX_NAME_CHARACTERS
from pieces_framework.presentation import PieceCategory
from pieces_framework.versions import Version
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import may_read

from .document import Document
from .parameters import Edition, VersionText
from .piece_documents import NoticeDocument, notice_document

router: Final = APIRouter(
    prefix="/api/v1/pieces", tags=["pieces"], dependencies=[Depends(may_read)]
)


class RegistryEntry(Document):
    """A version that a release can run."""

    name: str
    version: str


class VersionEntry(Document):
    """What is to be said of a version; for most nothing."""

    yanked: NoticeDocument | None = None
    deprecated: NoticeDocument | None = None


@router.get("/categories")
def list_categories() -> list[PieceCategory]:
    """List the categories that a piece may be in."""
    return list(PieceCategory)


@router.get("/registry")
def list_registry(
    release: VersionText,
    instance: Annotated[Instance, Depends(instance_of)],
    _: Edition = "ce",
) -> list[RegistryEntry]:
    """List every version that a release can run and that is not yanked, by name, oldest first."""
    return [
        RegistryEntry(name=entry.name, version=str(entry.version))
        for entry in instance.catalogue.versions(Version.parse(release))
        if entry.yanked is None
    ]


@router.get("/versions", response_model_exclude_none=True)
def list_versions(
    name: Annotated[str, Query(min_length=1, max_length=2 * MAX_NAME_CHARACTERS)],
    release: VersionText,
    instance: Annotated[Instance, Depends(instance_of)],
    _: Edition = "ce",
) -> dict[str, VersionEntry]:
    """Read which versions of a piece a release can run, the oldest first; none if it is unknown."""
    return {
        str(entry.version): VersionEntry.model_validate(
            {
                "yanked": notice_document(entry.yanked),
                "deprecated": notice_document(entry.deprecated),
            }
        )
        for entry in instance.catalogue.versions(Version.parse(release), name)
    }
