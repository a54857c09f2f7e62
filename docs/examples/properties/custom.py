"""Rates a sundae by stars, with a control of its own."""

from __future__ import annotations

from pieces_framework import ActionContext, JsonValue, Property, Props, create_action

STARS = """
(form) => {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.max = "5";
  slider.value = form.value ?? 3;
  slider.disabled = form.disabled;
  slider.onchange = () => form.onChange(Number(slider.value));
  document.getElementById(form.containerId).append(slider);
  return () => slider.remove();
}
"""


class RatingProps(Props):
    """How good it was."""

    stars = Property.Custom(
        display_name="Stars", description="From none to five", code=STARS, required=True
    )


@create_action(
    name="rate_sundae",
    display_name="Rate Sundae",
    description="Keeps how good a sundae was",
    props=RatingProps,
)
async def rate_sundae(context: ActionContext[None, RatingProps]) -> JsonValue:
    """Return the rating: whatever the control handed to `onChange`."""
    return context.props_value.stars
