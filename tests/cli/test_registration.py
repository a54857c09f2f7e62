"""Adding to a piece's `__init__.py`, however it is written."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pieces_cli.scaffolding.registration import Registration, RegistrationError, register
from pieces_cli.scaffolding.source_text import SourceTextError

NEW_ROW = Registration(kind="action", module="new_row", function="new_row")
HEAD = """\
\"\"\"Gelato.\"\"\"

from pieces_framework import create_piece

"""
TAIL = """\
gelato = create_piece(
    display_name="Gelato",
    logo_url="",
    actions=[],
    triggers=[],
)
"""


def registered(text: str, registration: Registration = NEW_ROW) -> str:
    return register(text, registration, path="__init__.py")


def ruff(text: str) -> str:
    """What the workspace's formatter and import sorter make of `text`."""
    command = [sys.executable, "-m", "ruff", "--isolated"]
    for args in (
        ["check", "--select=I", "--fix", "--quiet", "--line-length=100", "-"],
        ["format", "--line-length=100", "-"],
    ):
        text = subprocess.run(
            [*command, *args], input=text, capture_output=True, text=True, check=True
        ).stdout
    return text


def test_the_part_is_imported_and_listed() -> None:
    assert registered(HEAD + TAIL) == (
        """\
\"\"\"Gelato.\"\"\"

from pieces_framework import create_piece

from .actions.new_row import new_row

gelato = create_piece(
    display_name="Gelato",
    logo_url="",
    actions=[
        new_row,
    ],
    triggers=[],
)
"""
    )


def test_a_trigger_goes_into_the_other_list() -> None:
    text = registered(HEAD + TAIL, Registration(kind="trigger", module="list", function="list_"))

    assert "from .triggers.list import list_\n" in text
    assert "    triggers=[\n        list_,\n    ],\n" in text


FORMATTED = {
    "empty": TAIL,
    "one-line-list": TAIL.replace("actions=[]", "actions=[a, b]"),
    "list-of-lines": TAIL.replace("actions=[]", "actions=[\n        a,\n        b,\n    ]"),
    "no-trailing-comma-fits": 'gelato = create_piece(display_name="G", actions=[], triggers=[])\n',
    "one-line-with-items": 'gelato = create_piece(display_name="G", actions=[a, b], triggers=[])\n',
    "hugging": f"""\
gelato = create_piece(
    display_name="Gelato, the best of the town", logo_url="{"x" * 30}", actions=[], triggers=[]
)
""",
    "comments": """\
gelato = create_piece(  # the piece
    # what users read
    display_name="Gelato",
    actions=[
        a,  # first
        # second: off until the service answers
        # b,
        c,  # third
        # last
    ],  # that is all
    triggers=[],
)  # done
""",
    "only-a-comment": TAIL.replace("actions=[]", "actions=[\n        # none yet\n    ]"),
    "comment-on-the-bracket": TAIL.replace("actions=[]", "actions=[  # none\n        a,\n    ]"),
    "comment-beside-the-list": TAIL.replace("actions=[],", "actions=[],  # none"),
    "unpacked": TAIL.replace("actions=[]", "actions=[*more, a]"),
    "calls-in-the-list": TAIL.replace(
        "actions=[]",
        'actions=[\n        make(\n            "a",\n            "b",\n        ),\n    ]',
    ),
    "annotated": TAIL.replace("gelato =", "gelato: Piece[str] ="),
    "keywords-unpacked": TAIL.replace('    logo_url="",\n', "    **more,\n"),
    "through-a-module": TAIL.replace("create_piece(", "pieces_framework.create_piece("),
    "not-ascii": TAIL.replace('"Gelato"', '"Gelatò 🍦", description="日本"'),
    "in-a-function": (
        'def build() -> object:\n    return create_piece(display_name="G", actions=[])\n'
    ),
    "in-an-if": 'if True:\n    gelato = create_piece(display_name="G", actions=[a])\n',
    "text-like-a-list": TAIL.replace('"Gelato"', '"actions=[] # no, ]"'),
}


@pytest.mark.parametrize("tail", FORMATTED.values(), ids=FORMATTED)
def test_a_formatted_file_stays_formatted(tail: str) -> None:
    text = ruff(HEAD + tail)

    after = registered(text)

    assert after == ruff(after)
    assert after.count("new_row") == 3
    assert list_of_names(after) == [*list_of_names(text), "new_row"]


@pytest.mark.parametrize("tail", FORMATTED.values(), ids=FORMATTED)
def test_comments_survive(tail: str) -> None:
    comments = [line.partition("#")[2] for line in tail.splitlines() if "#" in line]

    after = registered(ruff(HEAD + tail))

    assert all(comment in after for comment in comments)


def list_of_names(text: str) -> list[str]:
    """The elements of the list, as Python reads them."""
    import ast

    [call] = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("create_piece")
    ]
    [listed] = [each.value for each in call.keywords if each.arg == "actions"]
    assert isinstance(listed, ast.List)
    return [ast.unparse(element) for element in listed.elts]


UNFORMATTED = {
    "aligned": "gelato = create_piece(display_name='G',\n                 actions=[a,\n"
    "                          b], triggers=[])\n",
    "comment-in-the-way": "gelato = create_piece(display_name='G', actions=[a, # one\n b], t=[])\n",
    "comment-no-comma": "gelato = create_piece(actions=[\n    a  # one\n], t=[])\n",
    "comment-and-bracket": "gelato = create_piece(actions=[  # all\n    a], t=[])\n",
    "in-parentheses": "gelato = create_piece(actions=[  # all\n    (a)  # one\n], t=[])\n",
    "semicolon": "x = 1; gelato = create_piece(actions=[])\n",
    "tabs": "gelato = create_piece(\n\tactions=[\n\t\ta,\n\t],\n)\n",
    "no-last-line-break": "gelato = create_piece(actions=[])",
    "form-feed": "\x0cgelato = create_piece(actions=[])\n",
}


@pytest.mark.parametrize("tail", UNFORMATTED.values(), ids=UNFORMATTED)
def test_an_unformatted_file_stays_right(tail: str) -> None:
    text = HEAD + tail

    after = registered(text)

    assert list_of_names(after) == [*list_of_names(text), "new_row"]
    assert "\nfrom .actions.new_row import new_row\n" in after


IMPORTS = {
    "first": "from pieces_framework import create_piece\n\nfrom .actions.zoo import zoo\n",
    "last": "from pieces_framework import create_piece\n\nfrom .actions.add import add\n",
    "between": "from pieces_framework import create_piece\n\nfrom .actions.add import add\n"
    "from .auth import auth\nfrom .triggers.new import new\n",
    "natural-order": "from pieces_framework import create_piece\n\n"
    "from .actions.new_9 import new_9\nfrom .actions.new_row_2 import new_row_2\n"
    "from .actions.new_row_10 import new_row_10\n",
    "wrapped": "from pieces_framework import create_piece\n\nfrom .actions.add import (\n    add,\n"
    "    more,\n)\n",
    "with-comments": "from pieces_framework import create_piece\n\n"
    "from .actions.add import add  # the first\n\n# The second\nfrom .actions.zoo import zoo\n",
    "of-a-package": "from pieces_framework import create_piece\n\nfrom . import actions_of\n",
    "renamed": "import os\n\nfrom pieces_framework import create_piece as make\n",
    "of-the-future": "from __future__ import annotations\n\nimport pieces_framework\n",
}


@pytest.mark.parametrize("head", IMPORTS.values(), ids=IMPORTS)
def test_the_import_lands_where_it_is_sorted(head: str) -> None:
    call = "make" if "as make" in head else "pieces_framework.create_piece"
    text = ruff(f"{head}\n{TAIL.replace('create_piece(', f'{call}(')}")

    after = registered(text)

    assert after == ruff(after)
    assert "from .actions.new_row import new_row" in after


def test_a_long_import_is_wrapped() -> None:
    name = "n" * 60
    part = Registration(kind="action", module=name, function=name)

    after = registered(HEAD + TAIL, part)

    assert f"from .actions.{name} import (\n    {name},\n)\n" in after
    assert after == ruff(after)


def test_imports_in_a_try_are_left_alone() -> None:
    head = "try:\n    from pieces_framework import create_piece\nexcept ImportError:\n    raise\n\n"

    after = registered(head + TAIL)

    assert after == ruff(after)


def test_line_ends_of_windows_stay() -> None:
    text = (HEAD + TAIL).replace("\n", "\r\n")

    after = registered(text)

    assert after == registered(HEAD + TAIL).replace("\n", "\r\n")


def test_two_parts_follow_each_other() -> None:
    second = Registration(kind="action", module="add_row", function="add_row")

    after = registered(registered(HEAD + TAIL), second)

    assert list_of_names(after) == ["new_row", "add_row"]
    assert after == ruff(after)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "calls `create_piece` 0 times", id="empty"),
        pytest.param(HEAD, "calls `create_piece` 0 times", id="no-call"),
        pytest.param(HEAD + TAIL + TAIL, "calls `create_piece` 2 times", id="two-calls"),
        pytest.param(
            HEAD + TAIL.replace("actions=[]", "actions=ACTIONS"), "no list `actions=", id="variable"
        ),
        pytest.param(HEAD + "create_piece(**all)\n", "no list `actions=", id="no-argument"),
        pytest.param(
            "from pieces_framework import create_piece; x = create_piece(actions=[])\n",
            "on one line",
            id="one-line",
        ),
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str, message: str) -> None:
    with pytest.raises(RegistrationError, match=message) as raised:
        registered(text)

    assert raised.value.exit_code == 65
    assert "`__init__.py`" in raised.value.message


@pytest.mark.parametrize("text", ["gelato = (", "gelato = 1\0", "(" * 5000])
def test_what_is_no_python_is_refused(text: str) -> None:
    with pytest.raises(SourceTextError, match=r"`__init__\.py` is not valid Python") as raised:
        registered(text)

    assert raised.value.exit_code == 65


@pytest.mark.parametrize(
    "taken",
    [
        "from .actions.new_row import new_row\n",
        "from .old import something as new_row\n",
        "import new_row.deep\n",
        "new_row = 1\n",
        "def new_row() -> None: ...\n",
        "class new_row: ...\n",
        "for new_row in (): ...\n",
    ],
)
def test_a_name_in_use_is_refused(taken: str) -> None:
    with pytest.raises(RegistrationError, match="uses the name `new_row` already"):
        registered(HEAD + taken + TAIL)
