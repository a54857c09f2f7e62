"""The auth that `actions create` and `triggers create` find in a piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scaffolding import add_action, add_trigger, give_auth, snapshot


def test_a_part_uses_the_auth_of_its_piece(gelato: Path) -> None:
    give_auth(gelato, "gelato_auth")

    add_action("gelato", "Get Flavor")
    add_trigger("gelato", "New Flavor", "polling")
    add_trigger("gelato", "Flavor Made", "webhook")

    for path in ("actions/get_flavor", "triggers/new_flavor", "triggers/flavor_made"):
        text = (gelato / f"piece_gelato/{path}.py").read_text()
        assert "from piece_gelato.auth import gelato_auth\n" in text
        assert "    auth=gelato_auth,\n" in text
        assert "Context[str" in text


@pytest.mark.parametrize(
    ("auth", "name"),
    [
        ("from pieces_framework import PieceAuth\nx = PieceAuth.SecretText(display_name='K')", "x"),
        ("import pieces_framework as p\nx: object = p.PieceAuth.SecretText(display_name='K')", "x"),
        ("x = 1\ny = PieceAuth.SecretText()\nz = PieceAuth.BasicAuth()", "y"),
        ("x = y = PieceAuth.OAuth2()", "x"),
        ("x = (1, 2)\ny = PieceAuth.OIDC(props={})", "y"),
        ("x = PieceAuth.Unheard()\ny: str\nz = make_auth()", ""),
        ("x = Other.OAuth2()", ""),
        ("", ""),
        ("\ufeffx = PieceAuth.SecretText()", "x"),
    ],
)
def test_the_first_auth_is_taken(auth: str, name: str, gelato: Path) -> None:
    (gelato / "piece_gelato/auth.py").write_text(auth, encoding="utf-8")

    add_action("gelato", "Get Flavor")

    text = (gelato / "piece_gelato/actions/get_flavor.py").read_text()
    assert (f"    auth={name},\n" in text) if name else ("auth" not in text)


FORM = "class Form(Props):\n    key = Property.SecretText(display_name='Key', required=True)\n"


@pytest.mark.parametrize(
    ("auth", "kind"),
    [
        ("x = PieceAuth.SecretText()", "str"),
        ("x = PieceAuth.BasicAuth()", "BasicAuthValue"),
        ("x = PieceAuth.OAuth2()", "OAuth2Value"),
        (FORM + "x = PieceAuth.OAuth2(props=Form)", "OAuth2Value[Form]"),
        ("x = PieceAuth.OAuth2(props={})", "OAuth2Value[Mapping[str, Any]]"),
        (FORM + "x = PieceAuth.CustomAuth(props=Form)", "Form"),
        (FORM + "x = PieceAuth.OIDC(props=Form)", "Form"),
        ("form = {}\nx = PieceAuth.CustomAuth(props=form)", "Mapping[str, Any]"),
        ("from .form import Form\nx = PieceAuth.CustomAuth(props=Form)", "Form"),
        ("from piece_gelato.form import Form\nx = PieceAuth.OIDC(props=Form)", "Form"),
    ],
)
def test_the_context_has_the_type_of_the_auth(auth: str, kind: str, gelato: Path) -> None:
    (gelato / "piece_gelato/auth.py").write_text(auth)

    results = [
        add_action("gelato", "Get Flavor"),
        add_trigger("gelato", "New Flavor", "polling"),
        add_trigger("gelato", "Flavor Made", "webhook"),
    ]

    package = gelato / "piece_gelato"
    assert [result.exit_code for result in results] == [0, 0, 0]
    assert f"ActionContext[{kind}, " in (package / "actions/get_flavor.py").read_text()
    assert f"PollingContext[{kind}]" in (package / "triggers/new_flavor.py").read_text()
    assert f"WebhookContext[{kind}]" in (package / "triggers/flavor_made.py").read_text()


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        pytest.param("x = (PieceAuth.OAuth2(), a)", "have no names of their own", id="tuple"),
        pytest.param("x = PieceAuth.OIDC(props=make())", "cannot be told", id="call"),
        pytest.param("x = PieceAuth.OIDC(props=forms.Form)", "cannot be told", id="attribute"),
        pytest.param("x = PieceAuth.OIDC(props=Form)", "cannot be told", id="nowhere"),
        pytest.param(
            "from other import Form\nx = PieceAuth.OIDC(props=Form)", "cannot be told", id="foreign"
        ),
    ],
)
def test_an_auth_that_cannot_be_told_writes_nothing(auth: str, message: str, gelato: Path) -> None:
    (gelato / "piece_gelato/auth.py").write_text(auth)
    before = snapshot(gelato)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 65
    assert message in result.stderr
    assert "hint: " in result.stderr
    assert snapshot(gelato) == before


def test_what_must_be_filled_in_is_said(gelato: Path) -> None:
    form = FORM.replace("required=True", "required=True, pattern='^sk-[0-9]{9}$'")
    (gelato / "piece_gelato/auth.py").write_text(f"{form}x = PieceAuth.CustomAuth(props=Form)")

    result = add_action("gelato", "Get Flavor")

    test = "tests/test_gelato_get_flavor.py"
    assert result.stdout.splitlines()[2] == (
        f"Its test is skipped until you fill in `key`: pieces/custom/gelato/{test}"
    )
    assert "            # fill in `key`\n" in (gelato / test).read_text()


def test_names_of_the_auth_are_not_taken_twice(gelato: Path) -> None:
    form = FORM.replace("Form", "ShopProps")
    (gelato / "piece_gelato/auth.py").write_text(f"{form}shop = PieceAuth.OIDC(props=ShopProps)")

    add_action("gelato", "Shop")

    text = (gelato / "piece_gelato/actions/shop.py").read_text()
    assert "class ShopActionProps(Props):" in text
    assert "async def shop_(" in text
    assert 'name="shop"' in text


def test_an_auth_that_is_no_python_writes_nothing(gelato: Path) -> None:
    (gelato / "piece_gelato/auth.py").write_text("(")
    before = snapshot(gelato)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 65
    assert "auth.py` is not valid Python" in result.stderr
    assert snapshot(gelato) == before
