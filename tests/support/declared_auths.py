"""An `auth.py` of every kind, for pieces that generated code must fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HEAD: Final = '"""How users connect to the service."""\n\nfrom __future__ import annotations\n\n'
_SHOP: Final = '''\
class ShopProps(Props):
    """What the user fills in."""

    intro = Property.MarkDown(value="From the *settings*.")
    base_url = Property.ShortText(display_name="Address", required=True, pattern="^https://")
    token = Property.SecretText(display_name="Token", required=True, min_length=40)
    retries = Property.Number(display_name="Retries", required=True, ge=2.5, le=7, multiple_of=0.5)
    sandbox = Property.Checkbox(display_name="Sandbox", required=True)
    region = Property.StaticDropdown(
        display_name="Region", required=True, options=[DropdownOption("EU", "eu")]
    )
    from_ = Property.ShortText(name="from", display_name="From", required=True)
    note = Property.ShortText(display_name="Note")
    greeting = Property.ShortText(display_name="Greeting", required=True, default_value="hi")
'''
_SHOP_IMPORT: Final = (
    "from pieces_framework import DropdownOption, PieceAuth, Property, Props\n\n\n"
)
_OAUTH2: Final = """\
    auth_url="https://example.com/authorize",
    token_url="https://example.com/token",
    scope=["read"],
"""

AUTHS: Final[Mapping[str, str]] = {
    "secret": _HEAD
    + "from pieces_framework import PieceAuth\n\n"
    + 'it_auth = PieceAuth.SecretText(display_name="API Key")\n',
    "basic": _HEAD
    + "from pieces_framework import AuthField, PieceAuth\n\n"
    + "it_auth = PieceAuth.BasicAuth(\n"
    + '    display_name="Login",\n'
    + '    username=AuthField(display_name="User"),\n'
    + '    password=AuthField(display_name="Password"),\n)\n',
    "custom": _HEAD
    + _SHOP_IMPORT
    + _SHOP
    + "\n\nit_auth = PieceAuth.CustomAuth(props=ShopProps)\n",
    "custom-by-hand": _HEAD
    + "from pieces_framework import PieceAuth, Property, Props\n\n\n"
    + 'class ShopProps(Props):\n    """What the user fills in."""\n\n'
    + '    key = Property.SecretText(display_name="Key", required=True, pattern="^sk-[0-9]{8}$")\n'
    + '    name = Property.ShortText(display_name="Name", required=True)\n'
    + "\n\nit_auth = PieceAuth.CustomAuth(props=ShopProps)\n",
    "custom-elsewhere": _HEAD
    + "from pieces_framework import PieceAuth\n\nfrom .forms import ShopProps\n\n"
    + "it_auth = PieceAuth.CustomAuth(props=ShopProps)\n",
    "custom-dict": _HEAD
    + "from pieces_framework import PieceAuth, Property\n\n"
    + "it_auth = PieceAuth.CustomAuth(\n"
    + '    props={"token": Property.SecretText(display_name="Token", required=True)},\n)\n',
    "oauth2": _HEAD
    + "from pieces_framework import PieceAuth\n\n"
    + f"it_auth = PieceAuth.OAuth2(\n{_OAUTH2})\n",
    "oauth2-props": _HEAD
    + _SHOP_IMPORT
    + _SHOP
    + f"\n\nit_auth = PieceAuth.OAuth2(\n{_OAUTH2}    props=ShopProps,\n)\n",
    "oauth2-dict": _HEAD
    + "from pieces_framework import PieceAuth, Property\n\n"
    + f"it_auth = PieceAuth.OAuth2(\n{_OAUTH2}"
    + '    props={"shop": Property.ShortText(display_name="Shop", required=True)},\n)\n',
    "oidc": _HEAD + _SHOP_IMPORT + _SHOP + "\n\nit_auth = PieceAuth.OIDC(props=ShopProps)\n",
    "several": _HEAD
    + "from pieces_framework import PieceAuth\n\n"
    + 'key_auth = PieceAuth.SecretText(display_name="API Key")\n'
    + f"oauth = PieceAuth.OAuth2(\n{_OAUTH2})\n"
    + "it_auth = (key_auth, oauth)\n",
}
"""The text of `auth.py`, by a name for it; the piece's own auth is `it_auth`."""
FORMS: Final = (
    '"""The form of the connection."""\n\nfrom __future__ import annotations\n\n'
    + _SHOP_IMPORT.replace("PieceAuth, ", "")
    + _SHOP
)
"""The text of `forms.py`, where an auth imports its properties from there."""
BY_HAND: Final = frozenset({"custom-by-hand", "custom-elsewhere"})
"""Those whose connection cannot be made up from the text of `auth.py`."""
