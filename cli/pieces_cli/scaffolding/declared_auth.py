"""The auth that a piece declares in its `auth.py`, read without importing the piece."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .registration import RegistrationError
from .sample_values import SampleValues, samples_of_class, samples_of_dict
from .source_text import parse, read_text

if TYPE_CHECKING:
    from pathlib import Path

KINDS: Final = ("SecretText", "BasicAuth", "CustomAuth", "OAuth2", "OIDC")


@dataclass(frozen=True, kw_only=True)
class AuthProps:
    """What an auth asks for by properties."""

    class_name: str
    """Of the `Props` class; empty where they are a dict."""
    module: str
    """Where the class is imported from."""
    samples: SampleValues


@dataclass(frozen=True, kw_only=True)
class DeclaredAuth:
    """The first auth of a piece."""

    kind: str
    """One of `KINDS`."""
    name: str
    """The variable of `auth.py`."""
    props: AuthProps | None = None


def declared_auth(package: Path) -> DeclaredAuth | None:
    """Return the first `NAME = PieceAuth.…(…)` of a package's `auth.py`, if there is one.

    Raises:
        SourceTextError: if the file is no Python.
        RegistrationError: if its first auth stands in a tuple without
            a name of its own, or if its properties cannot be told without running the file.
    """
    path = package / "auth.py"
    if not path.exists():
        return None
    module = parse(read_text(path), path=str(path))
    for statement in module.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name), *_], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if isinstance(value, ast.Tuple) and any(map(_kind_of, value.elts)):
                    raise RegistrationError(
                        f"the auths in `{name}` of `{path}` have no names of their own",
                        hint="give each a name: `key_auth = PieceAuth.SecretText(…)`",
                    )
                if isinstance(value, ast.Call) and (kind := _kind_of(value)):
                    props = _Reader(module, path).props_of(value, name)
                    return DeclaredAuth(kind=kind, name=name, props=props)
            case _:
                pass
    return None


def _kind_of(value: ast.expr) -> str:
    match value:
        case ast.Call(func=ast.Attribute(value=owner, attr=kind)) if kind in KINDS:
            return kind if ast.unparse(owner).rpartition(".")[2] == "PieceAuth" else ""
        case _:
            return ""


@dataclass(frozen=True)
class _Reader:
    module: ast.Module
    path: Path

    def props_of(self, call: ast.Call, name: str) -> AuthProps | None:
        given = next((each.value for each in call.keywords if each.arg == "props"), None)
        if given is None:
            return None
        props = self._props(given)
        if props is None:
            raise RegistrationError(
                f"the properties of `{name}` in `{self.path}` cannot be told from its text",
                hint="define a class of `Props` in that file: `props=ShopConnection`",
            )
        return props

    def _props(self, given: ast.expr) -> AuthProps | None:
        if isinstance(given, ast.Dict):
            return AuthProps(class_name="", module="", samples=samples_of_dict(given))
        if not isinstance(given, ast.Name):
            return None
        package = self.path.parent.name
        for statement in self.module.body:
            match statement:
                case ast.ClassDef(name=given.id):
                    samples = samples_of_class(statement, self.module)
                    return AuthProps(class_name=given.id, module=f"{package}.auth", samples=samples)
                case ast.Assign(targets=[ast.Name(id=given.id)], value=ast.Dict() as value):
                    return AuthProps(class_name="", module="", samples=samples_of_dict(value))
                case ast.ImportFrom(module=str(source), level=level):
                    full = f"{package}.{source}" if level else source
                    names = {alias.name for alias in statement.names if alias.asname is None}
                    if given.id in names and full.startswith(f"{package}."):
                        unknown = SampleValues(is_complete=False)
                        return AuthProps(class_name=given.id, module=full, samples=unknown)
                case _:
                    pass
        return None
