"""Measures a photo of a sundae."""

from __future__ import annotations

from pieces_framework import ActionContext, Property, Props, create_action


class PhotoProps(Props):
    """The photo: uploaded or, on your own machine, a `data:` URL."""

    photo = Property.File(display_name="Photo", required=True)


@create_action(
    name="measure_photo",
    display_name="Measure Photo",
    description="Says how large a photo is",
    props=PhotoProps,
)
async def measure_photo(context: ActionContext[None, PhotoProps]) -> dict[str, str | int]:
    """Return name and size; the run is given the whole file."""
    photo = context.props_value.photo
    return {"name": photo.filename, "bytes": len(photo.data)}
