"""GitHub workflows: what they say, and their shell lines run for real, in order and with bash.

Of the expressions only those are known that our workflows use; any other fails the test.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_OUTCOME: Final = re.compile(r"steps\.([\w-]+)\.outcome == 'success'")
_LIMIT_S: Final = 300
_DOCUMENT: Final = frozenset({"name", True, "permissions", "concurrency", "defaults", "jobs"})
_JOB: Final = frozenset(
    {"if", "needs", "runs-on", "timeout-minutes", "environment", "permissions", "outputs", "steps"}
)
_STEP: Final = frozenset({"name", "id", "if", "env", "run"})
_STEP_OF_AN_ACTION: Final = frozenset({"name", "if", "uses", "with"})
"""The keys that our workflows have. Others may disarm a step (`continue-on-error`), hand secrets to
all of them (`env`), or change what runs the lines (`shell`, `container`)."""
_BASH: Final = {"run": {"shell": "bash"}}


@dataclass(frozen=True)
class Workflow:
    """One file of `.github/workflows`; a key that is not known fails the test."""

    document: Mapping[str, Any]  # YAML

    @classmethod
    def read(cls, path: Path) -> Workflow:
        workflow = cls(yaml.safe_load(path.read_text()))
        assert workflow.document.keys() <= _DOCUMENT
        assert workflow.document.get("defaults", _BASH) == _BASH
        for job in workflow.jobs.values():
            assert job.keys() <= _JOB
            assert _EXPRESSION.fullmatch(job.get("if", "${{}}")), job
            for step in job["steps"]:
                assert _EXPRESSION.fullmatch(step.get("if", "${{}}")), step
                assert step.keys() <= (_STEP_OF_AN_ACTION if "uses" in step else _STEP), step
        return workflow

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def triggers(self) -> Mapping[str, Any]:
        """What is below `on`, which YAML 1.1 reads as true."""
        triggers: Mapping[str, Any] = self.document[True]  # type: ignore[index]  # pyright: ignore[reportArgumentType]
        return triggers

    @property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        """The jobs by their keys, in order."""
        jobs: Mapping[str, Mapping[str, Any]] = self.document["jobs"]
        return jobs

    @property
    def job(self) -> Mapping[str, Any]:
        """The one job."""
        [job] = self.jobs.values()
        return job

    def alone(self, job: str) -> Workflow:
        """Return this workflow with one of its jobs only."""
        return Workflow({**self.document, "jobs": {job: self.jobs[job]}})

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        steps: list[Mapping[str, Any]] = self.job["steps"]
        return steps

    def uses(self, action: str) -> Mapping[str, Any]:
        """What the one step that uses an action, such as `actions/checkout`, hands to it."""
        [step] = [step for step in self.steps if step.get("uses", "").startswith(f"{action}@")]
        given: Mapping[str, Any] = step.get("with", {})
        return given

    def expressions(self) -> set[str]:
        """All that stands between `${{` and `}}`."""
        return set(_EXPRESSION.findall(yaml.safe_dump(self.document, width=10_000)))


@dataclass(frozen=True)
class Ran:
    """What came of a job."""

    outcomes: dict[str, str] = field(default_factory=dict[str, str])
    """`success`, `failure` or `skipped` by the name of each step that has shell lines."""
    output: dict[str, str] = field(default_factory=dict[str, str])
    """What each step printed, on both streams."""
    summary: str = ""
    """What the job wrote for its reader."""
    told: str = ""
    """What its steps hand to other steps and jobs: lines such as `any=yes`."""

    @property
    def printed(self) -> str:
        return "\n".join(self.output.values())

    @property
    def failed(self) -> list[str]:
        return [name for name, outcome in self.outcomes.items() if outcome == "failure"]


def run_job(
    workflow: Workflow,
    folder: Path,
    *,
    secrets: Mapping[str, str],
    environment: Mapping[str, str],
    without: Collection[str] = (),
) -> Ran:
    """Run the shell lines of a workflow's job in a folder that is checked out already.

    Args:
        workflow: its steps that use an action are passed over.
        folder: the repository.
        secrets: a name that is missing is the empty text, as in pull requests from forks.
        environment: of every step; with what the runner sets, such as `GITHUB_BASE_REF`.
        without: names of steps that are passed over, as if they had succeeded.
    """
    assert "defaults" in workflow.document  # how the lines are run below
    with tempfile.TemporaryDirectory() as scratch:
        summary, told = Path(scratch, "summary.md"), Path(scratch, "output")
        summary.touch()
        told.touch()
        ours = {
            **environment,
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(told),
            "RUNNER_TEMP": scratch,
        }
        ran = Ran()
        by_id: dict[str, str] = {}
        for step in workflow.steps:
            name = step["name"]
            if "run" not in step:
                continue
            if name in without:
                by_id[step.get("id", "")] = "success"
                continue
            if not _is_wanted(step.get("if"), ran, by_id):
                ran.outcomes[name] = "skipped"
            else:
                env = {
                    key: _filled(str(text), secrets) for key, text in step.get("env", {}).items()
                }
                code, ran.output[name] = _run_step(
                    _filled(step["run"], secrets), folder, {**ours, **env}
                )
                ran.outcomes[name] = "failure" if code else "success"
            by_id[step.get("id", "")] = ran.outcomes[name]
        return Ran(ran.outcomes, ran.output, summary.read_text(), told.read_text())


def _run_step(script: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Run as the runner does for `shell: bash`."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", file.name],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_LIMIT_S,
        )
    return done.returncode, done.stdout


def _filled(text: str, secrets: Mapping[str, str]) -> str:
    """Put the secrets where `text` asks for them."""

    def value(expression: re.Match[str]) -> str:
        name = expression[1].removeprefix("secrets.")
        assert re.fullmatch(r"[A-Z_]+", name), f"unknown expression: {expression[0]}"
        return secrets.get(name, "")

    return _EXPRESSION.sub(value, text)


def _is_wanted(condition: str | None, ran: Ran, by_id: Mapping[str, str]) -> bool:
    """Whether a step runs: without a condition, if none has failed before."""
    if condition is None:
        return not ran.failed
    expression = _EXPRESSION.fullmatch(condition)
    assert expression is not None, condition
    first, *others = expression[1].split(" && ")
    assert first == "!cancelled()", condition
    outcomes = [_OUTCOME.fullmatch(other) for other in others]
    assert all(outcomes), condition
    return all(by_id[outcome[1]] == "success" for outcome in outcomes if outcome)


def make_runner(folder: Path, *, without: re.Pattern[str]) -> Path:
    """Make a machine's Python whose package cache is warm; return its folder of programs.

    It has what is installed beside us, as links, but for the names that `without` matches. What
    is installed into it stays in it.
    """
    venv.EnvBuilder(symlinks=True).create(folder)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for installed in Path(sys.prefix, "lib", version, "site-packages").iterdir():
        if not without.match(installed.name):
            (folder / "lib" / version / "site-packages" / installed.name).symlink_to(installed)
    return folder / "bin"
