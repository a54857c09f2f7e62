"""Promises about what a piece declares: nothing of it is run but the parsing of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from typing_extensions import TypeIs

from pieces_engine.credentials import AnyPart
from pieces_framework.errors import PieceError, PropsError
from pieces_framework.files import ApStreamingFile
from pieces_framework.loading import UnknownAuth, UnknownProperty, piece_from_metadata
from pieces_framework.names import names_fit, normalize_name
from pieces_framework.output import json_output
from pieces_framework.piece import Piece
from pieces_framework.property import (
    InputValue,
    PropertyBase,
    Props,
    PropsDeclaration,
    parse_values,
    properties_of,
)
from pieces_framework.trigger import Trigger
from pieces_framework.versions import Version, VersionError
from pieces_framework.wire import json_problem, same_json

from .attempt import described
from .examination import (
    Examination,
    Step,
    Subject,
    json_copy,
    parts_of,
    place_of,
    schema_of,
)
from .fit import schema_problem
from .inputs import Inputs, InputSet, NoValueError, is_asked_for
from .promises import NEEDS_SERVICE
from .verdict import Place, Verdict, broken, not_run, waits_for


def piece_examinations(subject: Subject) -> Iterator[Examination]:
    """Yield what to look at in the piece as a whole."""
    for rules, examine in (
        (("definition-is-consistent",), _examine_definition),
        (("metadata-is-json", "metadata-loads"), _examine_metadata),
    ):
        yield Examination(rules=rules, place=subject.place, examine=partial(examine, subject))


def part_examinations(subject: Subject, part: AnyPart) -> Iterator[Examination]:
    """Yield what to look at in one action or trigger."""
    place = place_of(part)
    of_part = partial(Examination, part=part.name, place=place)
    properties = properties_of(part.props)
    if properties:
        examine = partial(_examine_round_trip, subject, part)
        yield of_part(rules=("props-round-trip",), examine=examine)
    if any(is_asked_for(prop) for prop in properties.values()):
        examine = partial(_examine_required, part)
        yield of_part(rules=("required-props-are-asked-for",), examine=examine)
    if isinstance(part, Trigger) and part.sample_data is not None:
        yield of_part(rules=("sample-data-fits",), examine=partial(_examine_sample, part))


async def _examine_definition(subject: Subject, _step: Step) -> list[Verdict]:
    problems = [
        *_naming_problems(subject.key, subject.distribution, subject.version),
        *_folder_problems(subject),
    ]
    rule = "definition-is-consistent"
    return [broken(rule, "; ".join(problems), subject.place)] if problems else []


def _naming_problems(key: str, distribution: str, version: str) -> Iterator[str]:
    if key != normalize_name(key):
        yield f"the entry point `{key}` is not lower-case words with hyphens between"
    if not names_fit(key, distribution):
        yield f"the distribution `{distribution}` does not end with the entry point's name `{key}`"
    try:
        Version.parse(version)
    except VersionError:
        yield f"the version is {version!r}, and must be written as `X.Y.Z`"


def _folder_problems(subject: Subject) -> Iterator[str]:
    declared = subject.piece.folder
    if not subject.folder or declared is None:
        return
    if not declared.resolve().is_relative_to(Path(subject.folder).resolve()):
        yield f"the entry point leads to the piece in `{declared}`, which is another folder"


async def _examine_metadata(subject: Subject, _step: Step) -> list[Verdict]:
    waits = waits_for("metadata-loads", "metadata-is-json")
    try:
        metadata = subject.piece.metadata()
    # A declaration may hold what its types forbid, and our code trips over.
    except Exception as error:  # noqa: BLE001
        message = f"writing it raised {described(error)}"
        return [broken("metadata-is-json", message, _culprit(subject)), waits]
    if problem := json_problem(metadata, "metadata"):
        return [broken("metadata-is-json", problem, subject.place), waits]
    document = json_copy(metadata)
    try:
        loaded = piece_from_metadata(document)
        again = loaded.metadata()
    # A property class of the author's own may write a document that our loader trips over.
    except Exception as error:  # noqa: BLE001
        message = f"loading it raised {described(error)}"
        return [broken("metadata-loads", message, subject.place)]
    differing = [key for key in document if not same_json(document[key], again.get(key))]
    if differing or len(again) != len(document):
        message = f"the loaded piece says otherwise of {', '.join(differing) or 'some keys'}"
        return [broken("metadata-loads", message, subject.place)]
    if strangers := list(_strangers(loaded)):
        message = f"no host knows what {', '.join(strangers)} is"
        return [broken("metadata-loads", message, subject.place)]
    return []


def _culprit(subject: Subject) -> Place:
    """Return where the first part is that has no metadata; where the piece is if all have."""
    for part in parts_of(subject.piece):
        try:
            part.metadata()
        except Exception:  # noqa: BLE001 -- as above
            return place_of(part)
    return subject.place


def _strangers(loaded: Piece[Any]) -> Iterator[str]:
    """Name each property and auth of a kind that only the piece itself knows."""
    for auth in loaded.auths:
        if isinstance(auth, UnknownAuth):
            yield f"the auth `{auth.display_name}`"
    for part in parts_of(loaded):
        for name, prop in properties_of(part.props).items():
            children: PropsDeclaration = getattr(prop, "properties", None) or {}
            if any(_is_strange(each) for each in (prop, *properties_of(children).values())):
                yield f"the property `{name}` of `{part.name}`"


def _is_strange(prop: PropertyBase[Any]) -> bool:
    return isinstance(prop, UnknownProperty)


async def _examine_round_trip(subject: Subject, part: AnyPart, _step: Step) -> list[Verdict]:
    rule = "props-round-trip"
    try:
        sets = list(Inputs().sets(part.props))
    except NoValueError:
        return [not_run(rule, NEEDS_SERVICE, part=part.name)]
    try:
        loaded = _loaded_part(subject, part)
    except Exception:  # noqa: BLE001 -- as in `_examine_metadata`, which reports it
        return [waits_for(rule, "metadata-loads", part=part.name)]
    for each in sets:
        if problem := _round_trip_problem(part, loaded, each):
            return [broken(rule, f"{each.name}, {problem}", place_of(part), part=part.name)]
    return []


def _loaded_part(subject: Subject, part: AnyPart) -> AnyPart:
    document = json_copy(subject.piece.metadata())
    return piece_from_metadata(document).find(part.name)


def _round_trip_problem(part: AnyPart, loaded: AnyPart, given: InputSet) -> str:
    def parsed(one: AnyPart) -> dict[str, object]:
        return {
            name: _comparable(value)
            for name, value in parse_values(one.props, given.values).items()
        }

    try:
        first, second = parsed(part), parsed(part)
    except PropsError as error:
        return f"a good value is refused: {error}"
    for name in first:
        if first[name] != second[name]:
            return f"`{name}` parses to {first[name]!r} at first and then to {second[name]!r}"
    try:
        third = parsed(loaded)
    except PropsError as error:
        return f"the loaded piece refuses what the piece takes: {error}"
    for name in first:
        if first[name] != third.get(name):
            return f"`{name}` is {first[name]!r}, and in the loaded piece {third.get(name)!r}"
    return ""


def _comparable(value: object) -> object:
    """Return what two parsings have in common: rows may be `Props` or dicts, a file a stream."""
    match value:
        case Props():
            return {name: _comparable(each) for name, each in value.__values__.items()}
        case ApStreamingFile():
            return (value.filename, value.extension, value.size_bytes)
        case _ if _is_mapping(value):
            return {name: _comparable(each) for name, each in value.items()}
        case _ if _is_list(value):
            return [_comparable(each) for each in value]
        case _:
            return value


def _is_mapping(value: object) -> TypeIs[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeIs[list[object]]:
    return isinstance(value, list)


async def _examine_required(part: AnyPart, _step: Step) -> list[Verdict]:
    rule = "required-props-are-asked-for"
    full: Mapping[str, InputValue] = {}
    with suppress(NoValueError):
        full = next(Inputs().sets(part.props)).values
    for name, prop in properties_of(part.props).items():
        if is_asked_for(prop):
            without = {other: value for other, value in full.items() if other != name}
            if problem := _refusal_problem(part, name, without):
                return [broken(rule, problem, place_of(part), part=part.name)]
    return []


def _refusal_problem(part: AnyPart, name: str, values: Mapping[str, InputValue]) -> str:
    try:
        parse_values(part.props, values)
    except PropsError as error:
        missed = name in error.problems
        return "" if missed else f"`{name}` is required, and its absence is not reported: {error}"
    # A property class of the author's own may raise anything.
    except Exception as error:  # noqa: BLE001
        return f"without `{name}` parsing raised {described(error)}"
    return f"`{name}` is required, and a run without it is not refused"


async def _examine_sample(trigger: Trigger[Any, Any, Any, Any], _step: Step) -> list[Verdict]:
    rule, place = "sample-data-fits", place_of(trigger)
    try:
        sample = json_output(trigger.sample_data)
    except PieceError as error:
        return [broken(rule, str(error), place, part=trigger.name)]
    problem = schema_problem(schema_of(trigger), sample, "sample_data")
    return [broken(rule, problem, place, part=trigger.name)] if problem else []
