"""The workflows of a workspace: their shell lines run in a git repository against an instance."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.road import clean_environment
from tests.support.instance import Instance, launched_instance
from tests.support.scaffolding import add_action, made
from tests.support.workflows import Ran, Workflow, make_runner, run_job

TEMPLATE = Path(__file__).parents[2] / "templates" / "workspace" / "{{cookiecutter.folder}}"
WORKFLOWS = [path.name for path in sorted((TEMPLATE / ".github" / "workflows").iterdir())]
NOT_INSTALLED = re.compile(r"_*(editable_impl_)?piece|six")
"""Our own packages, and the library that a piece needs."""
SYNC = "Sync Custom Pieces"
COMPARE = "Compare with the base branch"
INSTALL = "Install Piecekit"
INSTALL_REST = "Install what Piecekit and the pieces depend on"


def workflow(name: str) -> Workflow:
    return Workflow.read(TEMPLATE / ".github" / "workflows" / name)


def test_the_workflow_that_syncs_has_the_documented_form() -> None:
    sync = workflow("sync-pieces.yml")

    assert sync.name == "Sync Custom Pieces"
    assert sync.triggers == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    last = sync.steps[-1]
    assert last["run"] == "sync-pieces --apiUrl ${{ secrets.INSTANCE_URL }}/api"
    assert last["env"] == {"AP_API_KEY": "${{ secrets.AP_API_KEY }}"}
    assert sync.document["concurrency"]["cancel-in-progress"] is False


def test_the_workflow_of_pull_requests_is_no_pull_request_target() -> None:
    assert workflow("pieces.yml").triggers == {"pull_request": None}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_the_history_and_a_cache_of_what_the_pieces_need(name: str) -> None:
    checkout = workflow(name).uses("actions/checkout")
    python = workflow(name).uses("actions/setup-python")

    assert checkout == {"fetch-depth": 0, "persist-credentials": False}
    assert python["cache"] == "pip"
    # The workspace's own one too: setup-python fails where there is no file.
    assert python["cache-dependency-path"] == "**/pyproject.toml"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_the_repository_and_nothing_else(name: str) -> None:
    assert workflow(name).document["permissions"] == {"contents": "read"}
    assert workflow(name).job.keys() == {"runs-on", "timeout-minutes", "steps"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_uses_actions_of_github_at_a_major_version(name: str) -> None:
    used = [step["uses"] for step in workflow(name).steps if "uses" in step]

    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_expression_holds_what_a_stranger_may_write(name: str) -> None:
    """The name of a branch or the title of a pull request would become shell."""
    trusted = {"secrets.AP_API_KEY", "secrets.INSTANCE_URL", "github.ref"}
    condition = "!cancelled() && steps.install.outcome == 'success'"

    assert workflow(name).expressions() <= {*trusted, condition}
    assert all("github." not in step.get("run", "") for step in workflow(name).steps)


def test_no_code_of_a_pull_request_runs_beside_a_secret() -> None:
    with_secrets = [
        step["name"] for step in workflow("pieces.yml").steps if "secrets." in str(step)
    ]

    assert with_secrets == [INSTALL]
    assert str(workflow("pieces.yml").document).count("secrets.") == 2


@dataclass(frozen=True)
class Team:
    """A workspace with a remote, the machine of its CI, and its instance."""

    folder: Path
    programs: Path
    instance: Instance

    @property
    def clone(self) -> Path:
        return self.folder / "workspace"

    @property
    def environment(self) -> dict[str, str]:
        ours = clean_environment(
            PATH=f"{self.programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            GIT_CONFIG_GLOBAL=os.devnull,
            GIT_CONFIG_SYSTEM=os.devnull,
            PIP_COMPILE="0",  # most of what is installed is never imported
        )
        for who in ("AUTHOR", "COMMITTER"):
            ours |= {f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@example.com"}
        return ours

    def run(self, *command: str | Path, folder: Path | None = None) -> str:
        """Run a command, which must succeed, in the author's clone."""
        done = subprocess.run(
            command,
            cwd=folder or self.clone,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def push(self, message: str, *, branch: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)
        self.run("git", "push", "--quiet", "origin", f"HEAD:{branch}")

    def ci(
        self, name: str, *, change: str = "", secret: bool = True, is_installed: bool = False
    ) -> Ran:
        """Check out the main branch in a folder of its own, and run a workflow's job there.

        Args:
            name: of the workflow's file.
            change: the branch of a pull request, merged into what is checked out.
            secret: whether the job gets the secrets.
            is_installed: whether the steps that install are passed over, to save their time.
        """
        checkout = self.folder / f"checkout {len(list(self.folder.iterdir()))}"
        self.run("git", "clone", "--quiet", "remote.git", checkout, folder=self.folder)
        if change:
            merge = ("merge", "--quiet", "--no-ff", "--message", "Merge", f"origin/{change}")
            self.run("git", *merge, folder=checkout)
            # Since then others may have merged: of the base there is only the first parent.
            self.run("git", "update-ref", "refs/remotes/origin/main", "HEAD", folder=checkout)
        secrets = {"AP_API_KEY": self.instance.key, "INSTANCE_URL": f"{self.instance.url}/"}
        return run_job(
            Workflow.read(checkout / ".github" / "workflows" / name),
            checkout,
            secrets=secrets if secret else {},
            environment=self.environment,
            without=[INSTALL, INSTALL_REST] if is_installed else [],
        )


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Generator[Team]:
    folder = tmp_path_factory.mktemp("workflows")
    programs = make_runner(folder / "runner", without=NOT_INSTALLED)
    with launched_instance(folder / "data") as instance:
        team = Team(folder, programs, instance)
        team.clone.mkdir()
        team.run("git", "init", "--quiet", "--bare", "--initial-branch=main", "../remote.git")
        team.run("git", "init", "--quiet", "--initial-branch=main")
        team.run("git", "remote", "add", "origin", "../remote.git")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(team.clone)
            yield team


@dataclass(frozen=True)
class Story:
    """Each run of a workflow, in the order in which they happened."""

    workspace_without_a_piece: Ran
    first_push: Ran
    second_push: Ran
    break_without_its_bump: Ran
    break_with_its_bump: Ran
    merged: Ran
    from_a_fork: Ran


@pytest.fixture(scope="module")
def story(team: Team) -> Story:
    """A repository becomes a workspace; two pieces are pushed; a pull request breaks one.

    It is given its version, and is merged. It also does without a library, and has a file of the
    name of pip.
    """
    (team.clone / "LICENSE").write_text("Ours.\n")
    team.push("Begin", branch="main")
    made("init")
    team.push("Make a workspace", branch="workspace")
    empty = team.ci("pieces.yml", change="workspace")
    gelato = add_two_pieces(team.clone / "pieces" / "custom")
    team.push("Add two pieces", branch="main")
    first_push = team.ci("sync-pieces.yml")
    second_push = team.ci("sync-pieces.yml", is_installed=True)
    rename_the_property(gelato)
    drop_the_library(gelato)
    team.run(team.programs / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "six")
    (team.clone / "pip.py").write_text("raise SystemExit('this ran in the place of pip')\n")
    team.push("Rename a property", branch="change")
    without = team.ci("pieces.yml", change="change")
    team.run(team.programs / "pieces", "version", "gelato", "--against", "origin/main")
    team.push("Raise the version", branch="change")
    with_bump = team.ci("pieces.yml", change="change", is_installed=True)
    fork = team.ci("pieces.yml", change="change", secret=False)
    team.run("git", "push", "--quiet", "origin", "HEAD:main")
    merged = team.ci("sync-pieces.yml", is_installed=True)
    return Story(empty, first_push, second_push, without, with_bump, merged, fork)


def add_two_pieces(folder: Path) -> Path:
    """Make two pieces and return the folder of the first.

    That one needs a library, and has a project that cannot be installed among its tests. The name
    of the other's folder has a space.
    """
    for name in ("gelato", "sorbet"):
        made("create", "--name", name, "--type", "custom")
        assert add_action(name, "Count").exit_code == 0
    gelato = folder / "gelato"
    use_a_library(gelato)
    (gelato / "tests" / "a-project").mkdir()
    (gelato / "tests" / "a-project" / "pyproject.toml").write_text("[project]\n")
    (folder / "sorbet").rename(folder / "ice cream")
    return gelato


def use_a_library(piece: Path) -> None:
    """Declare `six`, and import it in the action."""
    project, action = library_users(piece)
    declared = project.read_text()
    assert "dependencies = [\n" in declared
    project.write_text(
        declared.replace("dependencies = [\n", 'dependencies = [\n    "six>=1.16",\n', 1)
    )
    future = "from __future__ import annotations\n"
    text = action.read_text()
    assert future in text
    action.write_text(text.replace(future, f"{future}\nimport six as six\n"))


def drop_the_library(piece: Path) -> None:
    for path in library_users(piece):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "six" not in line))


def library_users(piece: Path) -> tuple[Path, Path]:
    [action] = piece.rglob("actions/count.py")
    return piece / "pyproject.toml", action


def rename_the_property(piece: Path) -> None:
    """Flows hold its name, so this breaks them; the piece's own tests know the new name."""
    changed = 0
    for path in (*piece.rglob("actions/count.py"), *piece.rglob("tests/*count*.py")):
        path.write_text(re.sub(r"\btext\b", "sentence", path.read_text()))
        changed += 1
    assert changed == 2


def uploads(ran: Ran) -> dict[str, str]:
    """What became of each piece and version, as the table of a sync says it."""
    rows = re.findall(r"^(gelato|ice cream) +(\S+) +(.+?) *$", ran.output[SYNC], re.MULTILINE)
    return {f"{name} {version}": outcome for name, version, outcome in rows}


def test_a_workspace_without_a_piece_passes_though_the_base_is_none(story: Story) -> None:
    ran = story.workspace_without_a_piece

    assert ran.failed == [], ran.printed
    assert "skipped" not in ran.outcomes.values()


def test_the_first_push_uploads_every_piece(story: Story) -> None:
    assert story.first_push.failed == [], story.first_push.printed
    assert uploads(story.first_push) == {
        "gelato 0.0.1": "uploaded",
        "ice cream 0.0.1": "uploaded",
    }


def test_a_push_that_changes_nothing_uploads_nothing(story: Story) -> None:
    assert story.second_push.failed == [], story.second_push.printed
    assert set(uploads(story.second_push).values()) == {"already there"}


def test_a_break_without_its_version_fails_the_comparison_alone(story: Story) -> None:
    ran = story.break_without_its_bump

    assert ran.failed == [COMPARE], ran.printed


def test_the_summary_names_the_change_and_the_next_version(story: Story) -> None:
    summary = story.break_without_its_bump.summary

    assert "prop-removed" in summary
    assert "0.1.0" in summary
    assert summary in story.break_without_its_bump.output[COMPARE]


def test_with_its_version_the_break_passes(story: Story) -> None:
    assert story.break_with_its_bump.failed == [], story.break_with_its_bump.printed
    assert "skipped" not in story.break_with_its_bump.outcomes.values()


def test_what_is_merged_is_uploaded_and_nothing_else(story: Story) -> None:
    assert story.merged.failed == [], story.merged.printed
    assert uploads(story.merged) == {
        "gelato 0.1.0": "uploaded",
        "ice cream 0.0.1": "already there",
    }


def test_without_secrets_the_job_fails_at_once_and_says_why(story: Story) -> None:
    ran = story.from_a_fork

    assert ran.failed == [INSTALL]
    assert set(ran.outcomes.values()) == {"failure", "skipped"}
    assert "::error::there are no secrets here, as in each pull request from a fork" in ran.printed


def test_no_step_prints_the_key(story: Story, team: Team) -> None:
    runs = [getattr(story, name) for name in Story.__dataclass_fields__]

    assert all(team.instance.key not in ran.printed + ran.summary for ran in runs)
    assert len(runs) == 7
