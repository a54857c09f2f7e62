"""Forwards a document to the cash register."""

from __future__ import annotations

from pieces_framework import ActionContext, JsonDocument, Property, Props, create_action


class DocumentProps(Props):
    """What to forward."""

    document = Property.Json(
        display_name="Document", required=True, default_value={"table": 4, "paid": False}
    )


@create_action(
    name="forward_document",
    display_name="Forward Document",
    description="Forwards a document as it is",
    props=DocumentProps,
)
async def forward_document(context: ActionContext[None, DocumentProps]) -> JsonDocument:
    """Return the document: an object or a list."""
    return context.props_value.document
