"""Properties that show something: text for the user, or a form control of the author's own."""

from __future__ import annotations

from enum import Enum
from typing import Final, Unpack

from typing_extensions import override

from pieces_framework.wire import JsonValue, document

from .declaration import InputValue, PropertyBase, PropertyOptions


class MarkdownVariant(Enum):
    """How a `MarkDown` is framed."""

    BORDERLESS = "BORDERLESS"
    INFO = "INFO"
    WARNING = "WARNING"
    TIP = "TIP"


class MarkDown(PropertyBase[None]):
    """Markdown shown in the form; nothing is filled in, and its run value is `None`.

    `{{ webhookUrl }}` in the text stays as it is in the metadata: the form shows the URL of the
    trigger's webhook there.

    Args:
        value: the text, as Markdown.
        variant: how the text is framed.
        name: the name flows store, where it can't be the attribute's.
    """

    kind = "MARKDOWN"

    def __init__(
        self, *, value: str, variant: MarkdownVariant = MarkdownVariant.INFO, name: str = ""
    ) -> None:
        super().__init__(display_name="Markdown", description=value, name=name)
        self.variant: Final = variant

    @override
    def parse(self, raw: InputValue) -> None:
        return None

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return {**super().wire_fields(), **document(variant=self.variant.value)}


class Custom(PropertyBase[JsonValue]):
    """A form control of your own, written in JavaScript that runs in the browser.

    `code` is a function of one object: `containerId`, `value`, `onChange`, `isEmbeded` (spelled
    so), `projectId`, `property` and `disabled`; it may return a function that cleans up. Its run
    value is whatever `onChange` was called with: any JSON value, `None` when nothing was.

    Source: product documentation, "Custom Property"; releases from 0.58.0 on show it.
    """

    kind = "CUSTOM"
    expected = "Expected a value"

    def __init__(
        self,
        *,
        code: str,
        required: bool = False,
        default_value: JsonValue = None,
        **common: Unpack[PropertyOptions],
    ) -> None:
        super().__init__(required=required, default_value=default_value, **common)
        self.code: Final = code
        """The JavaScript of the control: one function, as text."""

    @override
    def coerce(self, raw: InputValue) -> InputValue:
        return raw

    @override
    def problems(self) -> list[str]:
        return super().problems() if self.code.strip() else ["its code is empty"]

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return {**super().wire_fields(), "code": self.code}
