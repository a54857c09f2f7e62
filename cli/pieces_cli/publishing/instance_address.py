"""Where an instance is, and the key that opens it, as people write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from pieces_framework.errors import ConnectionRejectedError, PieceError


class AddressError(PieceError):
    """A text is not the address of an instance."""

    exit_code = 2
    code = "ADDRESS"


def api_address(text: str) -> str:
    """Return the root of the API of the instance at `text`, which may end in `/api` itself.

    >>> api_address("https://pieces.example.com/")
    'https://pieces.example.com/api'

    Raises:
        AddressError: if it is no HTTP address, or holds more than one.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port or a bracket that is none
        valid = False
    else:
        valid = valid and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not valid:
        raise AddressError(
            "the API URL is not an address like `https://pieces.example.com/api`",
            hint="give the scheme, the host and nothing secret: the key has its own place",
        )
    return f"{url.removesuffix('/api').rstrip('/')}/api"


def check_key(key: str) -> str:
    """Return an API key without the white space around it.

    Raises:
        ConnectionRejectedError: if it cannot be sent in a header; the message does not repeat it.
    """
    stripped = key.strip()
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise ConnectionRejectedError(
            "the API key is empty or holds characters that no key has",
            hint="copy it again, without line breaks",
        )
    return stripped
