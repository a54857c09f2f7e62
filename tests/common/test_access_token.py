"""What a connection or a machine has: an access token, a browser."""

from __future__ import annotations

import os
from typing import Any

import pytest

from pieces_common import get_access_token_or_throw, is_chromium_installed
from pieces_framework import ConnectionRejectedError, NoProps, OAuth2Value

PROPS = NoProps()


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(OAuth2Value(access_token="t1", props=PROPS), id="value"),
        pytest.param({"access_token": "t1", "scope": ""}, id="mapping"),
    ],
)
def test_the_token_of_a_connection_is_returned(auth: Any) -> None:
    assert get_access_token_or_throw(auth) == "t1"


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(None, id="no connection"),
        pytest.param({}, id="no token"),
        pytest.param({"access_token": None}, id="null"),
        pytest.param({"access_token": ""}, id="empty"),
        pytest.param({"access_token": ["t1"]}, id="a list"),
        pytest.param(OAuth2Value(access_token="", props=PROPS), id="empty value"),
        pytest.param("t1", id="text"),
        pytest.param(["t1"], id="no mapping"),
    ],
)
def test_a_connection_without_a_token_is_rejected(auth: Any) -> None:
    with pytest.raises(ConnectionRejectedError, match="Invalid bearer token") as caught:
        get_access_token_or_throw(auth)

    assert caught.value.message == "Invalid bearer token"


@pytest.mark.parametrize("installed", ["/usr/bin/chromium", "/usr/bin/firefox"])
def test_chromium_is_looked_for_where_it_is_installed(
    installed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exists(path: str) -> bool:
        return path == installed

    monkeypatch.setattr(os.path, "exists", exists)

    assert is_chromium_installed() == (installed == "/usr/bin/chromium")
