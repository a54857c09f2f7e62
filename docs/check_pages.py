"""The pages of the rules of `pieces_framework.checks`, from their docstrings and examples."""

from __future__ import annotations

from collections.abc import Mapping

from pieces_cli.checking.import_rules import IMPORT_RULES
from pieces_framework.checks import RULES, Finding, Rule, Severity

from .check_examples import Block, cases, findings

_MEANING = {
    Severity.ERROR: "Surely wrong; a piece should not be published with it.",
    Severity.WARNING: "Usually wrong; where it is meant, an ignore says so.",
    Severity.NOTE: "Good to have, and no fault to be without.",
}
_INTRODUCTION = """\
`pieces check` asks these rules of the pieces of a workspace, and some more
[about the import](#rules-about-the-import): see [check and test](../../how-to/check-and-test.md).

`check(files, metadata)` of `pieces_framework.checks` asks them of any files. It imports and runs
nothing of the piece: `files` are the contents of its folder by path, or of its wheel, and
`metadata` is what it says of itself. Rules about what only a source tree has, such as tests, are
not asked of a wheel; rules about the metadata are not asked where it is unknown, `None`.

```python
from pathlib import Path

from piece_gelato import gelato
from pieces_framework.checks import check

folder = Path("pieces/community/gelato")
left_out = {".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "dist"}
files = {
    path.relative_to(folder).as_posix(): path.read_bytes()
    for path in folder.rglob("*")
    if path.is_file() and left_out.isdisjoint(path.relative_to(folder).parts)
}
for finding in check(files, gelato.metadata()):
    print(finding.text())
```

What to do about a finding is for you to decide; publishing does not ask these rules.

On its page a rule has examples. Each changes
[one small piece](../../examples/checks/README.md#the-piece); the page says what is found then."""
_IMPORT = """\
`pieces check` imports each piece in a process of its own, with the interpreter of the workspace,
and reports by these rules what goes wrong there, or does not fit what the piece says of itself. No
comment silences them."""
_SILENCE = """\
A finding that is meant is silenced on its line, best with the reason:

```python
print(table)  # pieces: ignore[print-call] -- the command shows it
```

Several rules are written `ignore[one, two]`. The same comment serves in `pyproject.toml`; in
Markdown it is `<!-- pieces: ignore[rule] -->`. An ignore that silences nothing is itself found, by
[`unused-ignore`](unused-ignore.md)."""


def pages(note: str) -> dict[str, str]:
    """Return the text of every page by its file name.

    Args:
        note: the comment that says where the text comes from.
    """
    rules = [*RULES.values(), *IMPORT_RULES.values()]
    found = {f"{rule.id}.md": _page(rule, note) for rule in rules}
    return {**found, "README.md": _table(note)}


def _page(rule: Rule, note: str) -> str:
    severity = f"**{rule.severity.value.capitalize()}.** {_MEANING[rule.severity]}"
    asked = rule.needs.value[0].upper() + rule.needs.value[1:]
    parts = [f"# `{rule.id}`", note, rule.description, f"{severity} {asked}."]
    for case in cases(rule.id) if rule.id in RULES else ():
        parts += ["## Found" if case.place else "## Not found", *filter(None, [case.prose])]
        parts += [*map(_block, case.blocks), *map(_report, findings(case))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if block.language == "missing":
        return f"Without `{block.path}`."
    title = "In the metadata:" if block.path == "metadata" else f"`{block.path}`:"
    fence = "````" if "```" in block.text else "```"
    text = block.text or "\n"
    return f"{title}\n\n{fence}{block.language}\n{text}{fence}"


def _report(finding: Finding) -> str:
    return f"The run says:\n\n```text\n{finding.text()}\n```"


def _table(note: str) -> str:
    meanings = "\n".join(f"- **{each.value}**: {text}" for each, text in _MEANING.items())
    parts = ["# Rules that a piece is checked by", note, _INTRODUCTION, meanings, _rows(RULES)]
    parts += ["## Rules about the import", _IMPORT, _rows(IMPORT_RULES)]
    return "\n\n".join([*parts, "## Silence a finding", _SILENCE]) + "\n"


def _rows(rules: Mapping[str, Rule]) -> str:
    rows = [
        f"| [`{rule.id}`]({rule.id}.md) | {rule.severity.value} | {_first(rule)} |"
        for rule in sorted(rules.values(), key=_rank)
    ]
    return "\n".join(["| Rule | Severity | |", "|---|---|---|", *rows])


def _rank(rule: Rule) -> int:
    return list(Severity).index(rule.severity)


def _first(rule: Rule) -> str:
    return rule.description.partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
