"""What an interpreter has installed, told by itself.

Run by its path, with any interpreter, as a program of its own: it uses the standard library alone,
and `packaging` if that is there. It reads requirements as a JSON object of lists by piece, and
prints which of them are not met.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version


def unmet(requirement: str) -> str:
    """Return why a requirement is not met, in words; empty if it is, or if that cannot be told."""
    try:
        # No import statement: it is no dependency of ours, but of this interpreter perhaps.
        requirements = import_module("packaging.requirements")
    except ImportError:
        return _unmet_by_name(requirement)
    try:
        wanted = requirements.Requirement(requirement)
    except requirements.InvalidRequirement:
        return "is no requirement"
    if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
        return ""
    found = installed(wanted.name)
    if found is None:
        return "is not installed"
    fits = wanted.specifier.contains(found, prereleases=True)
    return "" if fits else f"is not met: {found} is installed"


def _unmet_by_name(requirement: str) -> str:
    name = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    if name is None or ";" in requirement:
        return ""
    return "" if installed(name[1]) else "is not installed"


def installed(name: str) -> str | None:
    """Return the version of a distribution that is installed, else `None`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main() -> None:
    """Answer what standard input asks: `{"requirements": {piece: [text]}, "tools": [name]}`."""
    asked = json.load(sys.stdin)
    found = {
        piece: {text: why for text in requirements if (why := unmet(text))}
        for piece, requirements in asked["requirements"].items()
    }
    answer = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "unmet": found,
        "tools": {name: installed(name) for name in asked["tools"]},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
