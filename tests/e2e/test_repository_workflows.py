"""The workflows of this repository: what they may do, and the one that publishes, run for real."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.road import clean_environment
from tests.support.package_index import PASSWORD, USER, running_index
from tests.support.scaffolding import add_action, made
from tests.support.workflows import Ran, Workflow, run_job

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = [path.name for path in sorted(FOLDER.iterdir())]
PUBLISH = "Publish Community Pieces"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_unless_its_job_says_otherwise(name: str) -> None:
    assert Workflow.read(FOLDER / name).document["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_uses_actions_of_github_at_a_major_version(name: str) -> None:
    used = [step["uses"] for step in Workflow.read(FOLDER / name).steps if "uses" in step]

    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_the_history_and_a_cache_of_what_is_pinned(name: str) -> None:
    workflow = Workflow.read(FOLDER / name)

    assert workflow.uses("actions/checkout") == {"fetch-depth": 0, "persist-credentials": False}
    assert workflow.uses("actions/setup-python")["cache-dependency-path"] == "requirements/dev.txt"


def test_every_pull_request_runs_what_ci_runs_and_sees_no_secret() -> None:
    workflow = Workflow.read(FOLDER / "ci.yml")

    assert workflow.triggers == {"pull_request": None, "push": {"branches": ["main"]}}
    assert [step["run"] for step in workflow.steps if "run" in step] == [".ci/run"]
    assert workflow.expressions() == {"github.ref"}


def test_pieces_are_published_from_main_alone_by_whom_the_index_may_trust() -> None:
    workflow = Workflow.read(FOLDER / "publish-pieces.yml")

    assert workflow.triggers["push"] == {"branches": ["main"], "paths": ["pieces/community/**"]}
    assert set(workflow.triggers) == {"push", "workflow_dispatch"}
    assert workflow.job["permissions"] == {"contents": "read", "id-token": "write"}
    assert workflow.job["environment"] == "community-pieces"
    assert workflow.expressions() == {"secrets.TWINE_PASSWORD"}


def test_no_workflow_names_a_package_registry() -> None:
    texts = [(FOLDER / name).read_text() for name in WORKFLOWS]

    assert [re.findall(r"https?://\S+|repository-url", text) for text in texts] == [[], []]


@dataclass(frozen=True)
class Merges:
    """What the workflow did after each merge, and the files that the index had then."""

    first: Ran
    again: Ran
    one_unraised: Ran
    files: list[set[str]]


@pytest.fixture(scope="module")
def merges(tmp_path_factory: pytest.TempPathFactory) -> Merges:
    """Two pieces; nothing; one changed as it should be, and one under its old version."""
    folder = tmp_path_factory.mktemp("publishing")
    repository, packages = folder / "repository", folder / "packages"
    packages.mkdir()
    with pytest.MonkeyPatch.context() as patch, running_index(packages) as index:
        made("init", repository)
        patch.chdir(repository)
        for name in ("gelato", "sorbet"):
            made("create", "--name", name, "--type", "community")
            assert add_action(name, "Count").exit_code == 0
        runs: list[Ran] = []
        files: list[set[str]] = []
        for is_changed in (False, False, True):
            if is_changed:
                change_both(repository)
            runs.append(merged(repository, index.url))
            files.append(set(index.names()))
    first, again, one_unraised = runs
    return Merges(first, again, one_unraised, files)


def merged(repository: Path, url: str) -> Ran:
    user = {"TWINE_USERNAME": USER, "TWINE_REPOSITORY_URL": url}
    return run_job(
        Workflow.read(FOLDER / "publish-pieces.yml"),
        repository,
        secrets={"TWINE_PASSWORD": PASSWORD},
        environment=clean_environment(**user),
        without=["Set up Piecekit"],
    )


def change_both(repository: Path) -> None:
    """Change what both pieces do, and raise the version of the second one only."""
    for name in ("gelato", "sorbet"):
        [action] = (repository / "pieces" / "community" / name).rglob("actions/count.py")
        action.write_text(action.read_text().replace("len(", "1 + len("))
    project = repository / "pieces" / "community" / "sorbet" / "pyproject.toml"
    project.write_text(project.read_text().replace('"0.0.1"', '"0.0.2"'))


def of(piece: str, version: str) -> set[str]:
    return {f"piece_{piece}-{version}-py3-none-any.whl", f"piece_{piece}-{version}.tar.gz"}


def test_a_merge_publishes_every_piece_that_the_index_lacks(merges: Merges) -> None:
    assert merges.first.failed == [], merges.first.printed
    assert merges.files[0] == of("gelato", "0.0.1") | of("sorbet", "0.0.1")


def test_what_is_there_already_is_no_failure(merges: Merges) -> None:
    assert merges.again.failed == [], merges.again.printed
    assert merges.files[1] == merges.files[0]


def test_a_change_under_its_old_version_fails_and_stops_no_other_piece(merges: Merges) -> None:
    assert merges.one_unraised.failed == [PUBLISH]
    assert "::error::not published: pieces/community/gelato\n" in merges.one_unraised.printed
    assert merges.files[2] == merges.files[1] | of("sorbet", "0.0.2")
