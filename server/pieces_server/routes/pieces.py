"""The pieces API: list the pieces, read one. Source: docs, "Pieces" endpoints."""

from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from pieces_framework import COMPATIBLE_RELEASE
from pieces_framework.presentation import PieceCategory
from pieces_framework.versions import Version, VersionError, VersionRange
from pieces_server.errors import refused_with
from pieces_server.instance import Instance, instance_of
from pieces_server.permissions import may_read
from pieces_server.registry.listing import ListWishes, SortBy, SuggestionType

from .document import Document
from .parameters import (
    Edition,
    ExactVersion,
    Flag,
    Locale,
    PieceName,
    PieceScope,
    ProjectId,
    RangeText,
    VersionText,
)
from .piece_documents import (
    PieceDetail,
    PieceSummary,
    piece_document,
    published_document,
    summary_document,
)

router: Final = APIRouter(
    prefix="/api/v1/pieces", tags=["pieces"], dependencies=[Depends(may_read)]
)

_DETAIL: Final = {200: {"model": PieceDetail}, **refused_with(HTTPStatus.NOT_FOUND)}


class ListQuery(Document):
    """What is asked of the list."""

    release: VersionText = COMPATIBLE_RELEASE
    """Which must be able to run the pieces."""
    include_tags: Flag = False
    """Taken; no piece has tags."""
    include_hidden: Flag = False
    """Whether pieces are listed of which each version is yanked."""
    edition: Edition = "ce"
    search_query: Annotated[str, Field(max_length=200)] = ""
    """What names and descriptions are searched for; the best hits come first."""
    sort_by: SortBy = SortBy.NAME
    """`POPULARITY` is by name: an instance runs no flows."""
    order_by: Literal["ASC", "DESC"] = "ASC"
    """Of the sorting, not of the hits of a search."""
    categories: list[PieceCategory] = Field(default_factory=list[PieceCategory], max_length=100)
    """Only pieces that are in one of them; may be repeated."""
    bracketed_categories: list[PieceCategory] = Field(
        default_factory=list[PieceCategory], max_length=100, alias="categories[]"
    )
    """`categories`, as some clients write lists."""
    suggestion_type: SuggestionType | None = None
    """Also lists actions or triggers of each piece, and searches them."""
    project_id: ProjectId = ""
    locale: Locale = ""

    def wishes(self) -> ListWishes:
        """Return what it says of order and choice."""
        categories = {*self.categories, *self.bracketed_categories}
        return ListWishes(
            search=self.search_query.strip(),
            sort_by=self.sort_by,
            descending=self.order_by == "DESC",
            categories=frozenset(each.value for each in categories),
            suggestion_type=self.suggestion_type,
            locale=self.locale,
        )


class DetailQuery(Document):
    """Which version is asked for, and how."""

    version: RangeText | None = None
    """`X.Y.Z` for exactly that, `~X.Y.Z` for its later patches too, `^X.Y.Z` for its later minor
    versions too; the newest by default."""
    project_id: ProjectId = ""
    locale: Locale = ""


@router.get("", responses={200: {"model": list[PieceSummary]}})
def list_pieces(
    query: Annotated[ListQuery, Query()],
    instance: Annotated[Instance, Depends(instance_of)],
) -> Response:
    """List the newest version of each piece, with the numbers of its actions and triggers."""
    entries = instance.catalogue.list_pieces(
        query.wishes(),
        release=Version.parse(query.release),
        include_hidden=query.include_hidden,
    )
    return JSONResponse([summary_document(each, with_tags=query.include_tags) for each in entries])


@router.get("/{scope}/{name}", responses=_DETAIL)
def get_scoped_piece(
    scope: PieceScope,
    name: PieceName,
    query: Annotated[DetailQuery, Query()],
    instance: Annotated[Instance, Depends(instance_of)],
) -> Response:
    """Read a piece by its name in flows, such as `@activepieces/piece-gelato`."""
    return get_piece(f"{scope}/{name}", query, instance)


@router.get("/{name}", responses=_DETAIL)
def get_piece(
    name: PieceName,
    query: Annotated[DetailQuery, Query()],
    instance: Annotated[Instance, Depends(instance_of)],
) -> Response:
    """Read a piece: the newest version, or the newest that is asked for."""
    piece = instance.catalogue.choose_piece(
        name,
        None if query.version is None else _requirement(query.version),
        release=Version.parse(COMPATIBLE_RELEASE),
    )
    return JSONResponse(piece_document(piece, query.locale))


def _requirement(text: str) -> VersionRange:
    try:
        return VersionRange.parse(text)
    except VersionError as error:
        hint = f"{error.hint}; leave `version` out for the newest"
        raise VersionError(error.message, hint=hint) from None


@router.get("/{name:path}/versions/{version}", responses=_DETAIL)
def get_version(
    name: PieceName,
    version: ExactVersion,
    instance: Annotated[Instance, Depends(instance_of)],
    locale: Locale = "",
) -> Response:
    """Read exactly a version, as it was published: whatever release can run it, also if yanked."""
    piece = instance.catalogue.find_version(name, Version.parse(version))
    return JSONResponse(published_document(piece, locale))
