"""What generated code says of its piece's auth: types, imports, and a connection for its test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .python_source import import_statement, string_literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .declared_auth import AuthProps, DeclaredAuth
    from .sample_values import SampleValues

_INDENT = "    "
_DICT_TYPE = "Mapping[str, Any]"


@dataclass(frozen=True, kw_only=True)
class AuthCode:
    """Text for the templates. All of it is empty, and the type `None`, without auth."""

    name: str = ""
    type: str = "None"
    """Of `context.auth`."""
    framework_type: str = ""
    """What `type` needs of `pieces_framework`."""
    imports: str = ""
    """The imports from the piece's own package."""
    argument: str = ""
    """What a test passes as `auth=`."""
    connection: str = ""
    """The function that makes it, if it is no mere literal."""
    connection_names: tuple[str, ...] = ()
    """What that function needs of `pieces_framework`."""
    connection_class: tuple[str, str] | None = None
    """The module and name of the `Props` class that it needs."""
    to_fill_in: tuple[str, ...] = ()
    """What the author must fill in before the test can run."""

    def template_values(self, import_part: Mapping[str, str]) -> dict[str, str]:
        """Return what the templates' `cookiecutter.json` name.

        Args:
            import_part: the name that the test imports, by its module.
        """
        wanted = dict(import_part)
        if self.connection_class:
            module, name = self.connection_class
            wanted[module] = name
        framework = self.connection_names
        return {
            "auth": self.name,
            "auth_type": self.type,
            "framework_type": self.framework_type,
            "auth_is_mapping": "yes" if _DICT_TYPE in self.type else "",
            "import_auth": self.imports,
            "auth_argument": self.argument,
            "connection": self.connection,
            "import_framework": import_statement("pieces_framework", *framework)
            if framework
            else "",
            "import_part": "\n".join(
                import_statement(module, wanted[module]) for module in sorted(wanted)
            ),
            "fill_in": ", ".join(self.to_fill_in),
        }


def auth_code(auth: DeclaredAuth | None, package: str) -> AuthCode:
    """Return the code for a piece whose import package is `package`."""
    if auth is None:
        return AuthCode()
    if auth.kind == "SecretText":
        return AuthCode(
            name=auth.name,
            type="str",
            imports=import_statement(f"{package}.auth", auth.name),
            argument=string_literal("test-key"),
        )
    kind, body, names = _value_of(auth)
    props = auth.props
    own_class = (props.module, props.class_name) if props and props.class_name else None
    return AuthCode(
        name=auth.name,
        type=kind,
        framework_type=names[0] if names and names[0] in kind else "",
        imports=_imports(auth, package),
        argument="connection()",
        connection=_function(kind, body),
        connection_names=names,
        connection_class=own_class,
        to_fill_in=_to_fill_in(props.samples) if props else (),
    )


def _value_of(auth: DeclaredAuth) -> tuple[str, str, tuple[str, ...]]:
    """Return the type of the connection, the lines that return one, and the names these need."""
    if auth.kind == "BasicAuth":
        value = 'return BasicAuthValue(username="ada", password="test-password")'
        return "BasicAuthValue", value, ("BasicAuthValue",)
    props = auth.props
    if auth.kind != "OAuth2":
        if props is None or not props.class_name:
            return _DICT_TYPE, f"return {_props_value(props)}", ()
        return props.class_name, f"return {_props_value(props)}", ("parse_props",)
    if props is None:
        value = 'return OAuth2Value(access_token="test-token", props=NoProps())'
        return "OAuth2Value", value, ("OAuth2Value", "NoProps")
    inner = props.class_name or _DICT_TYPE
    annotated = "" if props.class_name else f": {inner}"
    value = (
        f"props{annotated} = {_props_value(props)}\n"
        f'{_INDENT}return OAuth2Value(access_token="test-token", props=props)'
    )
    needed = ("OAuth2Value", "parse_props") if props.class_name else ("OAuth2Value",)
    return f"OAuth2Value[{inner}]", value, needed


def _props_value(props: AuthProps | None) -> str:
    """Return an expression, laid out as a formatter does, for a line that is indented once."""
    if props is None:
        return "{}"
    lines = [f"{string_literal(name)}: {value}," for name, value in props.samples.values.items()]
    lines += [f"# fill in {each}" for each in _to_fill_in(props.samples)]
    if not props.class_name:
        return _braces(lines, _INDENT)
    if not lines:
        return f"parse_props({props.class_name}, {{}})"
    deeper = _INDENT * 2
    inner = f"{deeper}{props.class_name},\n{deeper}{_braces(lines, deeper)},\n"
    return f"parse_props(\n{inner}{_INDENT})"


def _braces(lines: list[str], indent: str) -> str:
    if not lines:
        return "{}"
    return "{\n" + "".join(f"{indent}{_INDENT}{line}\n" for line in lines) + f"{indent}}}"


def _function(kind: str, body: str) -> str:
    doc = '"""Return what the user filled in to connect."""'
    return f"def connection() -> {kind}:\n{_INDENT}{doc}\n{_INDENT}{body}"


def _to_fill_in(samples: SampleValues) -> tuple[str, ...]:
    rest = () if samples.is_complete else ("what else the connection needs",)
    return (*(f"`{name}`" for name in samples.unknown), *rest)


def _imports(auth: DeclaredAuth, package: str) -> str:
    wanted = {f"{package}.auth": [auth.name]}
    if auth.props and auth.props.class_name:
        wanted.setdefault(auth.props.module, []).append(auth.props.class_name)
    return "\n".join(import_statement(module, *wanted[module]) for module in sorted(wanted))
