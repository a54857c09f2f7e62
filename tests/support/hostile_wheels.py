"""Wheels that break one rule each, with the nearest wheel that is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from pieces_framework.artifact import Limits

from .archives import archive, entries_of
from .hostile_archives import archive_cases
from .spoiled_wheels import (
    CONTENT,
    HEADERS,
    INFO,
    MODULE,
    PIECE,
    RECORD,
    Build,
    Case,
    entry_points,
    headers,
    marked,
    metadata,
    piece,
    piece_text,
    recorded,
    sample,
    wheel,
    wheel_headers,
    without_record,
)
from .wheels import record_row


def _documents() -> Iterable[Case]:
    yield Case("other things", "dist-info-missing", lambda: archive(entries_of({"a.txt": "a"})))
    yield Case("nothing in it", "dist-info-missing", lambda: archive([]))
    yield Case(
        "two dist-infos",
        "dist-info-several",
        lambda: wheel({"other-0.1.0.dist-info/METADATA": ""}),
        lambda: wheel({"piece_gelato/other-0.1.0.dist-info/METADATA": ""}),
    )
    yield Case(
        "dist-info in capitals",
        "dist-info-several",
        lambda: wheel({"other-0.1.0.DIST-INFO/METADATA": ""}),
    )
    for name in ("evil.egg-info/PKG-INFO", "evil.EGG-INFO", "evil.egg-link", "evil.egg/EGG-INFO/x"):
        yield Case(
            f"second distribution {name.replace('/', ' ')}",
            "egg",
            partial(wheel, {name: "Metadata-Version: 2.1\nName: evil\nVersion: 1.0.0\n"}),
            partial(wheel, {f"piece_gelato/{name}": ""}),
        )
    yield Case(
        "large document",
        "document-too-large",
        lambda: headers("Summary: " + "x" * 5000),
        lambda: headers("Summary: " + "x" * 2000),
        limits=Limits(document_bytes=5000),
    )
    yield Case(
        "Latin-1",
        "document-encoding",
        lambda: wheel({f"{INFO}/METADATA": HEADERS.encode() + b"\nCaf\xe9"}),
        lambda: wheel({f"{INFO}/METADATA": HEADERS + "\nCaf\xe9"}),
    )
    for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "extra_metadata/piece.json"):
        yield Case(
            f"byte order mark in {name.replace('/', ' ')}",
            "document-encoding",
            partial(marked, f"{INFO}/{name}"),
        )
    for name in ("METADATA", "WHEEL"):
        yield Case(
            f"no {name}",
            f"{name.lower()}-missing",
            partial(wheel, {f"{INFO}/{name}": None}),
        )
    yield Case("no RECORD", "record-missing", without_record)


def _headers() -> Iterable[Case]:
    yield Case(
        "header behind a carriage return",
        "header-syntax",
        lambda: headers("Summary: x\rName: evil"),
        lambda: headers("Summary: x\r", "License: MIT", "        2026"),
    )
    yield Case("no header", "header-syntax", lambda: headers("no header"))
    yield Case(
        "folded requirement",
        "header-syntax",
        lambda: headers("Requires-Dist: a", " @ https://example.com"),
    )
    yield Case(
        "two names",
        "header-repeated",
        lambda: headers("name: piece-evil"),
        lambda: headers("Classifier: a", "Classifier: b"),
    )
    yield Case(
        "metadata of the future",
        "metadata-version",
        lambda: headers("Metadata-Version: 3.0", instead="Metadata-Version"),
        lambda: headers("Metadata-Version: 2.99", instead="Metadata-Version"),
    )
    yield Case(
        "no metadata version", "metadata-version", lambda: headers(instead="Metadata-Version")
    )
    yield Case("no name", "distribution-name", lambda: headers(instead="Name"))
    yield Case(
        "odd name",
        "distribution-name",
        lambda: headers("Name: ../x", instead="Name"),
        lambda: headers("Name: Piece.Gelato", instead="Name"),
    )
    yield Case(
        "name after a wide space",
        "distribution-name",
        lambda: headers("Name: \u00a0piece-gelato", instead="Name"),
        lambda: headers("Name: \t piece-gelato \t", instead="Name"),
    )
    yield Case("no version", "distribution-version", lambda: headers(instead="Version"))
    yield Case(
        "odd version",
        "distribution-version",
        lambda: headers("Version: 0.1.0rc1", instead="Version"),
    )
    yield Case(
        "folder of another name",
        "folder-name",
        lambda: headers("Name: piece-other", instead="Name"),
    )
    yield Case(
        "folder of another version",
        "folder-name",
        lambda: headers("Version: 0.2.0", instead="Version"),
    )
    yield Case(
        "page in Requires-Python",
        "requires-python",
        lambda: headers('Requires-Python: "><script>', instead="Requires-Python"),
        lambda: headers("Requires-Python: >=3.11, !=3.12.*,<4", instead="Requires-Python"),
    )
    for number, clause in enumerate(
        (">=3.*.*", ">=3.*", ">=3.11+local", "~=3", "==3.11rc1.*", "3.11")
    ):
        yield Case(
            f"odd Requires-Python {number}",
            "requires-python",
            partial(headers, f"Requires-Python: {clause}", instead="Requires-Python"),
        )
    yield Case(
        "no requirement",
        "requires-dist",
        lambda: headers("Requires-Dist: no requirement"),
        lambda: headers(
            "Requires-Dist: a",
            "Requires-Dist: b[c, d] (>=1.0,<2) ; python_version < '3.12' and extra == 'x'",
            "Requires-Dist: e ~= 1.0 ; os_name == 'posix'",
            "Requires-Dist: f()",
            "Requires-Dist: g == 1!2.0rc1.post2.dev3+local.4, ===1.0",
        ),
    )
    for number, odd in enumerate(
        (">=!!*", "==3.*.*", "\u212a>=1", ">=x", "\u00a0>=1", "=1", ">=1.\u0661", "[-]>=1")
    ):
        yield Case(
            f"odd requirement {number}",
            "requires-dist",
            partial(headers, f"Requires-Dist: httpx{odd}"),
        )
    yield Case(
        "endless spaces", "requires-dist", lambda: headers("Requires-Dist: a>=1" + " " * 1900 + "!")
    )
    yield Case(
        "wheel of the future",
        "wheel-version",
        lambda: wheel_headers("Wheel-Version: 2.0", instead="Wheel-Version"),
        lambda: wheel_headers("Wheel-Version: 1.9", instead="Wheel-Version"),
    )
    yield Case(
        "maybe pure",
        "wheel-purelib",
        lambda: wheel_headers("Root-Is-Purelib: maybe", instead="Root"),
        lambda: wheel_headers("Root-Is-Purelib: false", instead="Root"),
    )
    yield Case("no tag", "wheel-tag", lambda: wheel_headers(instead="Tag"))
    yield Case(
        "odd tag",
        "wheel-tag",
        lambda: wheel_headers('Tag: py3-none-"any'),
        lambda: wheel_headers("Tag: cp311.cp312-abi3-manylinux_2_17_x86_64"),
    )
    yield Case(
        "hundred tags",
        "file-name-too-long",
        lambda: wheel_headers(*(f"Tag: cp{number}-none-any" for number in range(100))),
        lambda: wheel_headers(*(f"Tag: cp{number}-none-any" for number in range(10))),
    )


def _records() -> Iterable[Case]:
    row = record_row(MODULE, CONTENT)
    yield Case("two columns", "record-syntax", lambda: recorded(lambda text: text + "a,b\n"))
    yield Case(
        "open quote",
        "record-syntax",
        lambda: recorded(lambda text: text + '"a'),
        lambda: recorded(lambda text: text.replace("\n", "\r\n")),
    )
    yield Case("file listed twice", "record-repeated", lambda: recorded(lambda text: text + row))
    yield Case(
        "file that is not there",
        "record-absent",
        lambda: recorded(lambda text: text + record_row("evil.py", "")),
    )
    yield Case(
        "file not listed", "record-unlisted", lambda: recorded(lambda text: text.replace(row, ""))
    )
    signature = f"{INFO}/RECORD.jws"
    yield Case(
        "signature of another folder",
        "record-unlisted",
        lambda: recorded(
            lambda text: text.replace(record_row("RECORD.jws", "x"), ""), "RECORD.jws"
        ),
        lambda: recorded(lambda text: text.replace(record_row(signature, "x"), ""), signature),
    )
    yield Case(
        "hash of itself",
        "record-itself",
        lambda: recorded(lambda text: text.replace(f"{RECORD},,\n", record_row(RECORD, ""))),
    )
    yield Case(
        "itself not listed",
        "record-unlisted",
        lambda: recorded(lambda text: text.replace(f"{RECORD},,\n", "")),
    )
    yield Case(
        "no hash",
        "record-hash-missing",
        lambda: recorded(lambda text: text.replace(row, f"{MODULE},,\n")),
        lambda: recorded(
            lambda text: text.replace(record_row(signature, "x"), f"{signature},,\n"), signature
        ),
    )
    yield Case(
        "weak hash",
        "record-hash-weak",
        lambda: recorded(lambda text: text.replace("sha256=", "md5=", 1)),
        lambda: recorded(lambda text: text.replace(row, _strong_row())),
    )
    yield Case(
        "other hash",
        "record-hash",
        lambda: recorded(lambda text: text.replace("sha256=", "sha256=x", 1)),
    )
    yield Case(
        "other content",
        "record-hash",
        lambda: recorded(lambda text: text.replace(row, record_row(MODULE, "x" * 18))),
    )
    yield Case(
        "size in RECORD",
        "record-size",
        lambda: recorded(lambda text: text.replace(row, row.replace(",18\n", ",19\n"))),
    )
    yield Case(
        "no size in RECORD",
        "record-size",
        lambda: recorded(lambda text: text.replace(row, row.replace(",18\n", ",\n"))),
    )


def _strong_row() -> str:
    from base64 import urlsafe_b64encode
    from hashlib import sha512

    digest = urlsafe_b64encode(sha512(CONTENT).digest()).rstrip(b"=").decode()
    return f"{MODULE},sha512={digest},{len(CONTENT)}\n"


def _pieces() -> Iterable[Case]:
    honest = "[pieces]\na = piece_gelato:a\n"
    yield Case(
        "no entry points", "entry-points-missing", lambda: wheel({f"{INFO}/entry_points.txt": None})
    )
    yield Case("entry point in no group", "entry-points-syntax", lambda: entry_points("x = 1\n"))
    yield Case(
        "line without value",
        "entry-points-syntax",
        lambda: entry_points("[pieces]\ngelato\n"),
        lambda: entry_points("# a\n[pieces]\n gelato=piece_gelato : piece\n[other]\nx=y\n"),
    )
    yield Case(
        "entry point behind a separator",
        "entry-points-syntax",
        lambda: entry_points("[pieces]\na = piece_gelato:a\u2028b = os:system\n"),
        lambda: entry_points("[pieces]\r\na = piece_gelato:a\r\n"),
    )
    hidden = {
        "brackets in brackets": f"{honest}[[pieces]]\nb = piece_gelato:b\n",
        "padded group": "[ pieces ]\na = piece_gelato:a\n",
        "empty group": f"{honest}[]\n",
        "group that goes on": f"{honest}[x] = [pieces]\n[x\n",
        "group without end": f"{honest}[other\nx = y\n",
        "semicolon": f"{honest};b = piece_gelato:b\n",
    }
    for name, text in hidden.items():
        yield Case(f"entry point behind {name}", "entry-points-syntax", partial(entry_points, text))
    yield Case(
        "other group", "entry-point-missing", lambda: entry_points("[console_scripts]\na = b:c\n")
    )
    yield Case(
        "two entry points",
        "entry-point-several",
        lambda: entry_points("[pieces]\na = piece_gelato:a\n[x]\n[pieces]\nb = piece_gelato:b\n"),
    )
    yield Case(
        "no object", "entry-point-form", lambda: entry_points("[pieces]\na = piece_gelato\n")
    )
    yield Case(
        "other module",
        "entry-point-module",
        lambda: entry_points("[pieces]\na = os:system\n"),
        lambda: entry_points("[pieces]\na = gelato.piece:a.b\n", "gelato/piece.py"),
    )
    yield Case(
        "module below a file",
        "entry-point-module",
        lambda: entry_points("[pieces]\na = gelato:a\n", "gelato/piece.py"),
        lambda: entry_points("[pieces]\na = gelato:a\n", "gelato.abi3.so"),
    )
    yield Case(
        "address",
        "requires-url",
        lambda: headers("Requires-Dist: evil @ https://example.com/evil.whl ; extra == 'x'"),
        lambda: headers("Requires-Dist: evil>=1"),
    )
    yield Case(
        "data folder",
        "data-folder",
        lambda: wheel({"piece_gelato-0.1.0.data/data/bin/evil": ""}),
        lambda: wheel({"piece_gelato/piece_gelato.data/evil": ""}),
    )
    yield Case(
        "path file",
        "startup-code",
        lambda: wheel({"evil.pth": "import os"}),
        lambda: wheel({"piece_gelato/evil.pth": ""}),
    )
    yield Case("site module", "startup-code", lambda: wheel({"sitecustomize.py": "import os"}))
    yield Case(
        "file of Piecekit",
        "own-package",
        lambda: wheel({"pieces_framework/errors.py": ""}),
        lambda: wheel({"piece_gelato/pieces_framework.py": ""}),
    )
    for path in ("json/__init__.py", "json.py", "_json.abi3.so", "CPROFILE.pyc"):
        yield Case(
            f"{path.replace('/', ' ')} of Python",
            "standard-library",
            partial(wheel, {path: ""}),
            partial(wheel, {f"piece_gelato/{path}": "", "json.txt": "", "json_/a.py": ""}),
        )


def _piece_documents() -> Iterable[Case]:
    yield Case("no piece.json", "piece-missing", lambda: wheel({PIECE: None}))
    broken = {
        "half": "{", "list": "[]", "NaN": '{"a": NaN}', "infinity": '{"a": 1e999}',
        "half a character": '{"a": "\\ud800"}', "no JSON": "'",
        "number": '{"a": ' + "9" * 400 + "}",
    }  # fmt: skip
    for name, text in broken.items():
        yield Case(name, "json-syntax", partial(piece_text, text))
    yield Case(
        "key twice",
        "json-repeated-key",
        lambda: sample('{"a": 1, "a": 2}'),
        lambda: sample('{"a": 1, "A": 2}'),
    )
    yield Case(
        "deep",
        "json-depth",
        lambda: sample("[" * 63 + "]" * 63),
        lambda: sample("[" * 62 + "]" * 62),
    )
    yield Case("bottomless", "json-depth", lambda: piece_text("[" * 100_000))
    yield Case(
        "many values",
        "json-values",
        lambda: sample("[" + "0," * 500 + "0]"),
        lambda: sample("[" + "0," * 400 + "0]"),
        limits=Limits(json_values=500),
    )
    yield Case("other schema", "piece-schema", lambda: piece(schema=2))
    yield Case("true as schema", "piece-schema", lambda: piece(schema=True))
    yield Case("no schema", "piece-schema", lambda: piece_text("{}"))
    for key in ("name", "version", "sourceDigest", "framework", "metadata", "i18n"):
        yield Case(f"{key} of another type", "piece-field", partial(piece, **{key: 7}))
    yield Case("short digest", "piece-digest", lambda: piece(sourceDigest="d" * 63))
    yield Case("odd digest", "piece-digest", lambda: piece(sourceDigest="D" * 64))
    yield Case(
        "odd framework",
        "piece-framework",
        lambda: piece(framework="latest"),
        lambda: piece(framework="9.9.9"),
    )
    yield Case(
        "translation that is no text",
        "piece-i18n",
        lambda: piece(i18n={"de": {"Ice cream": 7}}),
        lambda: piece(i18n={"de": {"Ice cream": "Eis"}, "zh-TW": {}}),
    )
    yield Case("translation without texts", "piece-i18n", lambda: piece(i18n={"de": "Eis"}))
    yield Case("odd locale", "piece-i18n", lambda: piece(i18n={"../de": {}}))
    yield from _metadata()
    yield Case(
        "piece of another name",
        "piece-name",
        lambda: piece(name="piece-other"),
        lambda: piece(name="Piece.Gelato"),
    )
    yield Case("piece of another version", "piece-version", lambda: piece(version="0.2.0"))
    yield Case("piece of odd version", "piece-version", lambda: piece(version="x"))


def _metadata() -> Iterable[Case]:
    def with_property(**declared: object) -> bytes:
        return metadata(actions={"get": {"props": {"flavor": declared}}})

    wrong: dict[str, Build] = {
        "no display name": lambda: metadata(displayName=None),
        "actions in a list": lambda: metadata(actions=[]),
        "action that is no object": lambda: metadata(actions={"get": "get"}),
        "authors in a text": lambda: metadata(authors="ada"),
        "author that is no text": lambda: metadata(authors=["ada", 7]),
        "auth without type": lambda: metadata(auth=[{"displayName": "Key"}]),
        "deprecated as text": lambda: metadata(deprecated="yes"),
        "trigger of no type": lambda: metadata(triggers={"new": {"type": 7}}),
        "property without type": lambda: with_property(displayName="Flavor"),
        "required as text": lambda: with_property(type="SHORT_TEXT", required="yes"),
    }
    for name, bad in wrong.items():
        yield Case(name, "piece-metadata", bad)
    yield Case(
        "property of a property",
        "piece-metadata",
        lambda: with_property(type="ARRAY", properties={"a": {"type": None}}),
        lambda: with_property(
            type="ARRAY", properties={"a": {"type": "LATER", "constraints": {"pattern": "("}}}
        ),
    )


CASES: Final = [
    *archive_cases(),
    *_documents(),
    *_headers(),
    *_records(),
    *_pieces(),
    *_piece_documents(),
]
