"""What a piece promises: the rules of the suite, each with its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

NEEDS_SERVICE: Final = "not run: needs a fake service"
"""Why a promise was not looked at that only a service can show."""
IMPORT_RULES: Final = (
    "import-opens-no-socket",
    "import-starts-no-process",
    "import-writes-no-file",
    "import-prints-nothing",
    "import-keeps-environment",
)
"""The promises about what an import does not do."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One rule."""

    says: str
    """What a piece that keeps it does."""
    hint: str
    """What to do about a piece that breaks it, unless the way in which it does tells more."""


PIECE_PROMISES: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "imports": Promise(
            says="the entry point leads to the piece, in time",
            hint="let the module only declare the piece",
        ),
        "import-opens-no-socket": Promise(
            says="importing the piece asks nothing of the network, and leaves no socket open",
            hint="connect inside `run`, a hook or a loader; import a package there that connects",
        ),
        "import-starts-no-process": Promise(
            says="importing the piece starts no process, and leaves no thread running",
            hint="start it inside `run`; import a package there that starts one",
        ),
        "import-writes-no-file": Promise(
            says="importing the piece changes nothing on the disk",
            hint="write inside `run`, by `context.files` or `context.store`",
        ),
        "import-prints-nothing": Promise(
            says="importing the piece prints nothing",
            hint="drop the `print`; what is worth a line belongs into `run`",
        ),
        "import-keeps-environment": Promise(
            says="importing the piece changes no environment variable, nor the working folder",
            hint="hand over inside `run` what a library must know; pieces share a process",
        ),
        "definition-is-consistent": Promise(
            says="key, distribution, version and folder of the piece fit each other",
            hint="correct the piece's pyproject.toml",
        ),
        "metadata-is-json": Promise(
            says="the piece's metadata is JSON",
            hint="declare with text, numbers, lists and dicts only",
        ),
        "metadata-is-stable": Promise(
            says="the metadata is the same in every process",
            hint="use no set, clock, random value or environment variable in a declaration",
        ),
        "metadata-loads": Promise(
            says="a piece loaded from the metadata says the same, and knows every kind in it",
            hint="let a property class of your own write the wire form of the kind it names",
        ),
        "auth-fails-typed": Promise(
            says="without a network the auth's functions answer, or raise an error of the tree",
            hint="send requests by `pieces_common.http_client`, or raise `RetryableError` instead",
        ),
    }
)
"""The promises of a piece as a whole, by id."""

PART_PROMISES: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "props-round-trip": Promise(
            says="values of every property parse, twice alike, and alike in the loaded piece",
            hint="let `coerce` depend on the value alone",
        ),
        "required-props-are-asked-for": Promise(
            says="without a required property the run is refused by a `PropsError`",
            hint="do not override how a property treats what is missing",
        ),
        "optional-props-may-be-missing": Promise(
            says="an optional property may be absent or null",
            hint="expect `None`, or declare a `default_value`",
        ),
        "options-load-without-auth": Promise(
            says="options load, or say why not, before a connection is chosen or a value given",
            hint="return `DropdownState(disabled=True, placeholder=...)`; of children, no children",
        ),
        "sample-data-fits": Promise(
            says="the sample data holds what the output schema promises",
            hint="take one item as `run` returns it",
        ),
        "run-offline": Promise(
            says="without a network it ends in time, with an error of the tree or a good output",
            hint="send requests by `pieces_common.http_client`, or raise `RetryableError`,"
            " `FatalError` or another `PieceError` instead",
        ),
        "secrets-stay-secret": Promise(
            says="no error message repeats a secret",
            hint="leave credentials out of messages",
        ),
        "run-against-service": Promise(
            says="against the service the action succeeds, and its output fits its schema",
            hint="see what the service of `contract_service` is asked, and what it answers",
        ),
        "life-against-service": Promise(
            says="against the service the trigger can be enabled, tried, run and disabled",
            hint="see what the service of `contract_service` is asked, and what it answers",
        ),
    }
)
"""The promises of each action and trigger, by id."""

PROMISES: Final[Mapping[str, Promise]] = MappingProxyType({**PIECE_PROMISES, **PART_PROMISES})
"""All of them, by id."""
