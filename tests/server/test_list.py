from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pieces_framework.presentation import PieceCategory
from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import METADATA, build_wheel


def part(name: str, display_name: str, description: str) -> dict[str, object]:
    return {"name": name, "displayName": display_name, "description": description, "props": {}}


PIECES: list[tuple[str, str, dict[str, object]]] = [
    (
        "piece-gmail",
        "0.1.0",
        {
            "displayName": "Gmail",
            "description": "Email by Google",
            "categories": ["COMMUNICATION"],
            "actions": {
                "send": part("send", "Send Email", "Sends a message"),
                "label": part("label", "Add Label", "Adds a label to a thread"),
            },
            "triggers": {"new": part("new", "New Email", "When a message comes in")},
        },
    ),
    (
        "piece-google-calendar",
        "1.0.0",
        {
            "displayName": "Google Calendar",
            "description": "Events and dates",
            "categories": ["PRODUCTIVITY"],
            "actions": {"create": part("create", "Create Event", "Adds an event")},
            "triggers": {},
        },
    ),
    ("piece-etoile", "1.0.0", {"displayName": "Étoile", "description": "Shops", "categories": []}),
    (
        "piece-drive",
        "1.0.0",
        {"displayName": "drive", "description": "Files", "categories": ["CONTENT_AND_FILES"]},
    ),
    ("piece-drive", "1.1.0", {"displayName": "drive", "minimumSupportedRelease": "0.95.0"}),
    ("piece-past", "1.0.0", {"displayName": "Past", "maximumSupportedRelease": "0.60.0"}),
    ("piece-gone", "1.0.0", {"displayName": "Gone"}),
]
I18N = {"de": {"Email by Google": "Post von Google", "Send Email": "Nachricht senden"}}


@pytest.fixture(scope="module")
def instance(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Instance]:
    """An instance that lists four pieces; one is yanked, and one was for earlier releases."""
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        for name, version, changes in PIECES:
            wheel = build_wheel(folder, name, version, metadata=METADATA | changes, i18n=I18N)
            assert publish(started, wheel.read_bytes(), name=name, version=version).is_success
        yank = httpx.put(
            f"{started.url}/api/v1/pieces/piece-gone/versions/1.0.0/yank",
            headers=started.headers,
            json={"reason": "leaks"},
        )
        assert yank.is_success
        yield started


def listed(instance: Instance, query: str = "") -> list[dict[str, Any]]:
    answer = httpx.get(f"{instance.url}/api/v1/pieces?{query}", headers=instance.headers)
    assert answer.status_code == 200, answer.text
    pieces: list[dict[str, Any]] = answer.json()
    return pieces


def names(instance: Instance, query: str) -> list[str]:
    return [piece["displayName"] for piece in listed(instance, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["drive", "Étoile", "Gmail", "Google Calendar"], id="name"),
        pytest.param(
            "sortBy=NAME&orderBy=DESC", ["Google Calendar", "Gmail", "Étoile", "drive"], id="desc"
        ),
        pytest.param("sortBy=CREATED", ["Gmail", "Google Calendar", "Étoile", "drive"], id="old"),
        pytest.param(
            "sortBy=UPDATED&orderBy=DESC", ["drive", "Étoile", "Google Calendar", "Gmail"], id="new"
        ),
        pytest.param(
            "sortBy=POPULARITY", ["drive", "Étoile", "Gmail", "Google Calendar"], id="usage"
        ),
    ],
)
def test_the_list_is_sorted_as_asked(instance: Instance, query: str, expected: list[str]) -> None:
    assert names(instance, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("gmail", ["Gmail"], id="case"),
        pytest.param("Gogle Calendar", ["Google Calendar"], id="letter-missing"),
        pytest.param("gmil", [], id="letter-missing-of-four"),
        pytest.param("gmaill", ["Gmail"], id="letter-too-many"),
        pytest.param("ogle calendar", ["Google Calendar"], id="within-the-name"),
        pytest.param("caledar", ["Google Calendar"], id="letter-missing-within-the-name"),
        pytest.param("google", ["Google Calendar", "Gmail"], id="name-before-description"),
        pytest.param("shops", ["Étoile"], id="description"),
        pytest.param("send email", [], id="actions-are-not-searched"),
        pytest.param("%20", ["Gmail", "Google Calendar", "Étoile", "drive"], id="nothing"),
        pytest.param("zzz", [], id="none"),
    ],
)
def test_a_search_finds_what_is_meant_the_best_first(
    instance: Instance, query: str, expected: list[str]
) -> None:
    assert names(instance, f"searchQuery={query}&sortBy=CREATED") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("categories=COMMUNICATION", ["Gmail"]),
        ("categories=COMMUNICATION&categories=CONTENT_AND_FILES", ["drive", "Gmail"]),
        ("categories[]=PRODUCTIVITY&categories=COMMUNICATION", ["Gmail", "Google Calendar"]),
        ("categories=ACCOUNTING", []),
        ("categories=COMMUNICATION&searchQuery=google", ["Gmail"]),
    ],
)
def test_only_pieces_of_a_category_are_listed(
    instance: Instance, query: str, expected: list[str]
) -> None:
    assert names(instance, query) == expected


@pytest.mark.parametrize(
    ("release", "drive", "past"),
    [("0.50.0", "1.0.0", "1.0.0"), ("0.95.0", "1.1.0", ""), ("0.91.0", "1.0.0", "")],
)
def test_the_newest_version_that_the_release_can_run_is_listed(
    instance: Instance, release: str, drive: str, past: str
) -> None:
    versions = {each["name"]: each["version"] for each in listed(instance, f"release={release}")}

    assert versions["piece-drive"] == drive
    assert versions.get("piece-past", "") == past


def test_a_piece_of_which_all_is_yanked_is_listed_only_with_the_hidden(instance: Instance) -> None:
    hidden = listed(instance, "includeHidden=true")

    assert "Gone" not in names(instance, "")
    (gone,) = [piece for piece in hidden if piece["displayName"] == "Gone"]
    assert gone["yanked"]["reason"] == "leaks"


def test_suggestions_are_there_only_if_they_are_asked_for(instance: Instance) -> None:
    plain, actions, both = (
        listed(instance, f"categories=COMMUNICATION{query}")[0]
        for query in ("", "&suggestionType=ACTION", "&suggestionType=ACTION_AND_TRIGGER")
    )

    assert not {"suggestedActions", "suggestedTriggers", "i18n", "tags"} & plain.keys()
    assert [each["name"] for each in actions["suggestedActions"]] == ["send", "label"]
    assert "suggestedTriggers" not in actions
    assert [each["name"] for each in both["suggestedTriggers"]] == ["new"]
    assert (both["actions"], both["triggers"]) == (2, 1)


def test_a_search_among_suggestions_shows_the_parts_that_fit(instance: Instance) -> None:
    found = listed(instance, "searchQuery=send+email&suggestionType=ACTION_AND_TRIGGER")

    assert [each["displayName"] for each in found] == ["Gmail"]
    assert [each["name"] for each in found[0]["suggestedActions"]] == ["send"]
    assert found[0]["suggestedTriggers"] == []
    assert (found[0]["actions"], found[0]["triggers"]) == (2, 1)


def test_texts_are_translated_where_there_is_a_translation(instance: Instance) -> None:
    query = "categories=COMMUNICATION&suggestionType=ACTION&locale="
    german, french = listed(instance, query + "de")[0], listed(instance, query + "fr")[0]

    assert german["description"] == "Post von Google"
    assert german["suggestedActions"][0]["displayName"] == "Nachricht senden"
    assert french["description"] == "Email by Google"


def test_what_a_piece_does_not_say_of_itself_is_filled_in(instance: Instance) -> None:
    found = {each["displayName"]: each for each in listed(instance)}

    assert found["drive"]["minimumSupportedRelease"] == "0.0.0"
    assert found["drive"]["maximumSupportedRelease"] == "999.999.999"


def test_names_that_no_query_has_are_passed_over(instance: Instance) -> None:
    assert names(instance, "sreachQuery=gmail") == names(instance, "")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("release=newest", "not a version"),
        ("release=", "not a version"),
        ("includeHidden=yes", "includeHidden: must be `true` or `false`"),
        ("edition=free", "edition"),
        ("sortBy=name", "sortBy"),
        ("orderBy=UP", "orderBy"),
        ("categories=FOOD", "categories"),
        ("suggestionType=ALL", "suggestionType"),
        (f"searchQuery={'x' * 201}", "searchQuery"),
    ],
)
def test_what_no_list_takes_is_refused(instance: Instance, query: str, field: str) -> None:
    answer = httpx.get(f"{instance.url}/api/v1/pieces?{query}", headers=instance.headers)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION"
    assert field in answer.json()["params"]["message"]


def test_categories_are_listed_in_their_documented_order(instance: Instance) -> None:
    answer = httpx.get(f"{instance.url}/api/v1/pieces/categories", headers=instance.headers)

    assert answer.json() == [category.value for category in PieceCategory]


def test_the_registry_has_every_version_of_a_release(instance: Instance) -> None:
    url = f"{instance.url}/api/v1/pieces/registry"
    answer = httpx.get(f"{url}?release=0.95.0&edition=ce", headers=instance.headers)

    assert answer.json() == [
        {"name": "piece-drive", "version": "1.0.0"},
        {"name": "piece-drive", "version": "1.1.0"},
        {"name": "piece-etoile", "version": "1.0.0"},
        {"name": "piece-gmail", "version": "0.1.0"},
        {"name": "piece-google-calendar", "version": "1.0.0"},
    ]
    assert httpx.get(url, headers=instance.headers).status_code == 400


def test_a_version_of_another_process_is_listed_at_once(
    instance: Instance, tmp_path: Path, database: dict[str, str]
) -> None:
    early = METADATA | {"displayName": "Early", "maximumSupportedRelease": "0.10.0"}
    wheel = build_wheel(tmp_path, "piece-early", metadata=early).read_bytes()
    with running_instance(instance.data_folder, key=instance.key, **database) as other:
        before = names(instance, "release=0.10.0")

        assert publish(other, wheel, name="piece-early").is_success
        assert set(names(instance, "release=0.10.0")) - set(before) == {"Early"}
