"""The workflows of this repository: what they may do, and the one that publishes, run for real."""

from __future__ import annotations

import re
import shutil
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
BUILD = "Build what the index lacks"
ANY_BUILT = "!cancelled() && steps.build.outputs.any"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_unless_its_job_says_otherwise(name: str) -> None:
    assert Workflow.read(FOLDER / name).document["permissions"] == {"contents": "read"}


def jobs() -> list[tuple[str, Workflow]]:
    """Each job as a workflow by itself, after the file that it stands in."""
    workflows = [(name, Workflow.read(FOLDER / name)) for name in WORKFLOWS]
    return [(name, workflow.alone(job)) for name, workflow in workflows for job in workflow.jobs]


@pytest.mark.parametrize(("name", "job"), jobs())
def test_a_job_uses_actions_of_github_at_a_major_version(name: str, job: Workflow) -> None:
    used = [step["uses"] for step in job.steps if "uses" in step]

    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used), name


@pytest.mark.parametrize(("name", "job"), jobs())
def test_a_job_has_the_history_and_no_credentials_in_it(name: str, job: Workflow) -> None:
    checkout = job.uses("actions/checkout")

    assert checkout == {"fetch-depth": 0, "persist-credentials": False}, name


@pytest.mark.parametrize(("name", "job"), [("ci.yml", "ci"), ("publish-pieces.yml", "build")])
def test_a_job_that_runs_pieces_has_a_cache_of_what_is_pinned(name: str, job: str) -> None:
    python = Workflow.read(FOLDER / name).alone(job).uses("actions/setup-python")

    assert python["cache-dependency-path"] == "requirements/dev.txt"


def test_every_pull_request_runs_what_ci_runs_and_sees_no_secret() -> None:
    workflow = Workflow.read(FOLDER / "ci.yml")

    assert workflow.triggers == {"pull_request": None, "push": {"branches": ["main"]}}
    assert workflow.job.keys() == {"runs-on", "timeout-minutes", "steps"}
    assert workflow.expressions() == {"github.ref", "github.event_name == 'pull_request'"}
    first, second = (step for step in workflow.steps if "run" in step)
    assert (first["run"], first.get("if")) == (".ci/run", None)
    assert second["run"] == ".venv/bin/pieces diff --against HEAD^1"
    assert second["if"] == "${{ github.event_name == 'pull_request' }}"


def test_pieces_are_published_from_main_alone() -> None:
    workflow = Workflow.read(FOLDER / "publish-pieces.yml")

    assert workflow.triggers["push"] == {"branches": ["main"], "paths": ["pieces/community/**"]}
    assert set(workflow.triggers) == {"push", "workflow_dispatch"}
    assert workflow.jobs["build"]["if"] == "${{ github.ref == 'refs/heads/main' }}"
    assert workflow.jobs["publish"]["needs"] == "build"
    assert workflow.jobs["publish"]["if"] == "${{ !cancelled() && needs.build.outputs.any }}"


def test_the_job_that_runs_pieces_holds_nothing_to_upload_with() -> None:
    build = Workflow.read(FOLDER / "publish-pieces.yml").alone("build")

    assert not {"permissions", "environment"} & build.job.keys()
    assert build.expressions() == {
        "github.ref == 'refs/heads/main'",
        "steps.build.outputs.any",
        ANY_BUILT,
    }


def test_the_job_that_uploads_runs_no_piece_and_may_be_trusted_by_the_index() -> None:
    publish = Workflow.read(FOLDER / "publish-pieces.yml").alone("publish")

    assert publish.job["permissions"] == {"contents": "read", "id-token": "write"}
    assert publish.job["environment"] == "community-pieces"
    assert publish.uses("actions/setup-python") == {"python-version": "3.11"}, "no cache"
    set_up, upload = (step for step in publish.steps if "run" in step)
    assert set_up["run"].startswith("python -I -m pip install --require-hashes")
    assert upload["env"] == {"TWINE_PASSWORD": "${{ secrets.TWINE_PASSWORD }}"}
    assert publish.expressions() == {
        "!cancelled() && needs.build.outputs.any",
        "secrets.TWINE_PASSWORD",
    }


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
    """Run both jobs; what the first hands over lies in the same place for the second."""
    workflow = Workflow.read(FOLDER / "publish-pieces.yml")
    settings = {"TWINE_REPOSITORY_URL": url, "TWINE_USERNAME": USER}
    environment = clean_environment(**settings)
    shutil.rmtree(repository / "upload", ignore_errors=True)
    built = run_job(
        workflow.alone("build"),
        repository,
        secrets={},
        environment=environment,
        without=["Set up Piecekit"],
    )
    if "any=yes" not in built.told:
        return built
    uploaded = run_job(
        workflow.alone("publish"),
        repository,
        secrets={"TWINE_PASSWORD": PASSWORD},
        environment=environment,
        without=["Set up twine"],
    )
    return Ran(built.outcomes | uploaded.outcomes, built.output | uploaded.output)


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
    assert list(merges.again.outcomes) == [BUILD]
    assert merges.files[1] == merges.files[0]


def test_a_change_under_its_old_version_fails_and_stops_no_other_piece(merges: Merges) -> None:
    assert merges.one_unraised.failed == [BUILD]
    assert "::error::not published: pieces/community/gelato\n" in merges.one_unraised.printed
    assert merges.files[2] == merges.files[1] | of("sorbet", "0.0.2")
