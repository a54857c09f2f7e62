"""The page of the instance's settings, read off the code that reads them."""

from __future__ import annotations

from typing import Final

from pieces_server.settings.describing import Described, described_settings
from pieces_server.settings.documented import DOCUMENTED, DocumentedSetting

_INTRODUCTION: Final = """\
An instance takes its settings from the environment. One that is absent or empty has its default.
`python -m pieces_server --help` shows those that work. `true` and `false` are the only words for
yes and no, in small letters or capitals.

The start refuses with exit code 78 what it cannot use, and names every such setting at once, with
what is wrong; the value of a secret is never shown. A name with `AP_` that is no setting gets a
warning, with the setting that was probably meant. `AP_API_KEY` and `AP_API_URL` are for the command
`pieces`."""
_DOCUMENTED: Final = """\
The names that Activepieces documents, so that an environment from there can be gone through:

- **works**: as above, or as said here.
- **later**: accepted. A value that asks for what is not there yet gets a warning at the start.
- **refused**: there is nothing like it here, and none is planned. It gets a warning too.

Some values end the start with exit code 78: those by which the instance would keep data elsewhere,
guard it otherwise, or do another job than it does. The table says "only" or "not" about them."""


def page(note: str) -> str:
    """Return the page's text.

    Args:
        note: the comment that says where the text comes from.
    """
    ours = described_settings()
    documented = {each.name: each for each in DOCUMENTED}
    settings = [_row(each, documented.get(each.name)) for each in ours]
    names = [_documented_row(each) for each in sorted(DOCUMENTED, key=lambda each: each.name)]
    parts = [
        "# Settings of an instance",
        note,
        _INTRODUCTION,
        "## Settings that work",
        "\n".join(["| Name | Default | Documented default | |", "|---|---|---|---|", *settings]),
        "ours: Activepieces does not document the name.",
        "## Names that Activepieces documents",
        _DOCUMENTED,
        "\n".join(["| Name | | Its default | |", "|---|---|---|---|", *names]),
    ]
    return "\n\n".join(parts) + "\n"


def _row(setting: Described, documented: DocumentedSetting | None) -> str:
    theirs = "ours" if documented is None else _code(documented.default) or "none"
    default = _code(setting.default) or "none"
    return f"| `{setting.name}` | {default} | {theirs} | {setting.meaning} |"


def _documented_row(setting: DocumentedSetting) -> str:
    reason = setting.reason or "see above"
    default = _code(setting.default)
    return f"| `{setting.name}` | {setting.status} | {default} | {reason} |"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
