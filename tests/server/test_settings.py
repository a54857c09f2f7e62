from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest

from pieces_server.settings import Settings, SettingsError, read_settings
from pieces_server.settings.describing import described_settings
from pieces_server.settings.documented import DOCUMENTED, Status
from pieces_server.settings.remarks import contradictions, remarks
from tests.support.instance import running_instance
from tests.support.instance_commands import run_command

ROOT = Path(__file__).parents[2]
DOCUMENTED_NAMES = (Path(__file__).parent / "documented_settings.txt").read_text().split()
PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text()
OWN_NAMES = [each.name for each in described_settings()]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("AP_"):
            monkeypatch.delenv(name)


def test_each_documented_name_has_a_place_in_the_code() -> None:
    assert sorted(each.name for each in DOCUMENTED) == DOCUMENTED_NAMES


@pytest.mark.parametrize("name", DOCUMENTED_NAMES)
def test_the_page_says_of_each_documented_name_whether_it_works(name: str) -> None:
    rows = re.findall(
        rf"^\| `{name}` \| (works|later|refused) \| .* \| (.+) \|$", PAGE, re.MULTILINE
    )

    assert len(rows) == 1


@pytest.mark.parametrize("name", OWN_NAMES)
def test_the_page_has_each_setting_that_works_with_its_meaning(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| (`.+`|none) \| .+ \| .+[.] \|$", PAGE, re.MULTILINE)


def test_a_documented_name_without_a_reason_is_a_setting_that_works() -> None:
    unexplained = {each.name for each in DOCUMENTED if not each.reason}

    assert unexplained <= set(OWN_NAMES)
    assert all(each.status is Status.WORKS for each in DOCUMENTED if not each.reason)


@pytest.mark.parametrize(
    ("name", "value", "demand"),
    [
        ("AP_PORT", "http", "from 0 to 65535"),
        ("AP_MAX_FILE_SIZE_MB", "0", "from 1 to 4096"),
        ("AP_SERVER_WORKERS", "2.5", "from 1 to 64"),
        ("AP_PUBLIC_READ", "yes", "true or false"),
        ("AP_DB_TYPE", "PGLITE", "SQLITE3 or POSTGRES"),
        ("AP_LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
        ("AP_TRUSTED_PROXIES", "proxy.example", "addresses or networks with commas between them"),
    ],
)
def test_a_bad_value_is_named_with_what_is_wanted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, demand: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert caught.value.message.startswith(f"`{name}` must be {demand}")
    assert caught.value.message.endswith(f", got {value!r}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AP_QUEUE_MODE", "REDIS"),
        ("AP_PIECES_SOURCE", "CLOUD_AND_DB"),
        ("AP_FILE_STORAGE_LOCATION", "S3"),
        ("AP_EDITION", "ee"),
        ("AP_CONTAINER_TYPE", "WORKER"),
    ],
)
def test_a_value_that_would_change_what_the_instance_is_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert caught.value.message.startswith(f"`{name}` {value!r} is refused: ")
    assert caught.value.exit_code == 78


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    env = {
        "AP_PORT": "x",
        "AP_CONFIG_PATH": "~nosuchuser",
        "AP_PUBLIC_READ": "x",
        "AP_POSTGRES_URL": "postgres://user:hidden@host/d",
        "AP_REGISTRY_URL": "ftp://user:hidden@host/",
        "AP_QUEUE_MODE": "REDIS",
    }

    done = run_command(data_folder=tmp_path, **env, AP_PUBLC_READ="hidden")

    assert done.returncode == 78
    assert done.stderr.startswith(
        "warning: `AP_PUBLC_READ` is no setting; `AP_PUBLIC_READ` is one\n"
        "error: 6 settings cannot be used:\n"
    )
    assert re.findall("^  `(.*?)`", done.stderr, re.MULTILINE) == list(env)
    assert "hidden" not in done.stderr


@pytest.mark.parametrize(
    "url", ["index.example", "ftp://u:hidden@index.example/", "http://u:hidden@[/", "http://"]
)
def test_an_address_of_an_index_that_is_none_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AP_REGISTRY_URL", url)

    with pytest.raises(SettingsError) as caught:
        read_settings()

    assert caught.value.message == (
        "`AP_REGISTRY_URL` must be a package index's address, such as https://index.example/simple/"
    )


@pytest.mark.parametrize("command", [(), ("serve",)])
def test_a_setting_that_is_given_as_an_option_is_told_where_it_goes(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run_command(*command, "--port", "8081", data_folder=tmp_path)

    assert done.returncode == 2
    said = "error: `--port` is no option: set `AP_PORT`, or run `pieces serve --port`\n"
    assert done.stderr.endswith(said)


def test_an_environment_of_activepieces_starts_with_warnings(tmp_path: Path) -> None:
    env = {
        "AP_ENCRYPTION_KEY": "5a1d",
        "AP_EXECUTION_MODE": "UNSANDBOXED",
        "AP_FRONTEND_URL": "http://localhost:4200",
        "AP_QUEUE_MODE": "MEMORY",
        "AP_REDIS_PASSWORD": "5a1e",
        "AP_S3_USE_SIGNED_URLS": "false",
        "AP_TELEMETRY_ENABLED": "true",
    }
    with running_instance(tmp_path, **env) as instance:
        assert httpx.get(f"{instance.url}/api/v1/health").status_code == 200

        said = instance.stop()[1]

    warned = [line for line in said.splitlines() if line.startswith("warning: ")]
    named = {name for line in warned for name in re.findall("`(AP_.*?)`", line)}
    assert named == {"AP_ENCRYPTION_KEY", "AP_FRONTEND_URL", "AP_REDIS_PASSWORD"}
    assert "5a1" not in said


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("AP_PUBLC_READ", "`AP_PUBLC_READ` is no setting; `AP_PUBLIC_READ` is one"),
        ("AP_REDIS_HOTS", "`AP_REDIS_HOTS` is no setting; `AP_REDIS_HOST` is one"),
        ("AP_BANANA", "`AP_BANANA` is no setting"),
    ],
)
def test_an_unknown_name_is_told_with_the_one_that_was_meant(name: str, remark: str) -> None:
    assert remarks({name: "true"}) == [remark]


@pytest.mark.parametrize(
    "name", ["AP_API_KEY", "AP_API_URL", "AP_PORT", "ap_port", "APPLE", "PATH"]
)
def test_a_name_that_is_known_or_nothing_to_us_is_not_remarked_on(name: str) -> None:
    assert remarks({name: "x"}) == []


@pytest.mark.parametrize(
    ("env", "remark"),
    [
        ({"AP_POSTGRES_HOST": "db"}, "`AP_POSTGRES_HOST` has no effect: `AP_DB_TYPE` is not "),
        (
            {
                "AP_DB_TYPE": "POSTGRES",
                "AP_POSTGRES_URL": "postgres://h/d",
                "AP_POSTGRES_PORT": "1",
            },
            "`AP_POSTGRES_PORT` has no effect: `AP_POSTGRES_URL` is set",
        ),
        ({"AP_DEV_PIECES": "a"}, "`AP_DEV_PIECES` has no effect: `AP_PIECES_SOURCE` is not "),
    ],
)
def test_settings_that_another_leaves_without_effect_are_remarked_on(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], remark: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    (said,) = contradictions(read_settings())

    assert said.startswith(remark)


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"AP_DB_TYPE": "POSTGRES", "AP_POSTGRES_URL": "postgres://h/d", "AP_POSTGRES_SSL_CA": "x"},
        {"AP_DB_TYPE": "POSTGRES", "AP_POSTGRES_HOST": "db"},
        {"AP_PIECES_SOURCE": "FILE", "AP_DEV_PIECES": "a"},
    ],
)
def test_settings_that_go_together_are_not_remarked_on(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str]
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    assert contradictions(read_settings()) == []


def test_the_address_of_postgresql_is_refused_where_sqlite_would_be_used(tmp_path: Path) -> None:
    done = run_command(data_folder=tmp_path, AP_POSTGRES_URL="postgres://user:hidden@host/d")

    assert done.returncode == 78
    assert "`AP_POSTGRES_URL` is set, but `AP_DB_TYPE` is not `POSTGRES`" in done.stderr
    assert "hidden" not in done.stderr


def test_values_are_read_as_they_are_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AP_PUBLIC_READ", "TRUE")
    monkeypatch.setenv("AP_DEV_PIECES", "gelato, google_sheets,")
    monkeypatch.setenv("AP_PORT", "")

    settings = read_settings()

    assert settings.public_read is True
    assert settings.dev_pieces == ("gelato", "google_sheets")
    assert settings.port == Settings.model_fields["port"].default


def test_secrets_are_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AP_DB_TYPE", "POSTGRES")
    for name in ("AP_POSTGRES_PASSWORD", "AP_POSTGRES_URL", "AP_REGISTRY_URL"):
        monkeypatch.setenv(name, "http://user:hidden@host.example/")

    settings = read_settings()

    assert "hidden" not in f"{settings!r} {settings}"


def test_help_shows_each_setting_and_no_value_of_the_environment(tmp_path: Path) -> None:
    done = run_command("--help", data_folder=tmp_path, AP_POSTGRES_PASSWORD="hidden", AP_PORT="81")

    assert done.returncode == 0
    assert re.findall("^  (AP_[A-Z_0-9]+)", done.stdout, re.MULTILINE) == OWN_NAMES
    assert "  AP_PORT (default: 8080)\n" in done.stdout
    assert "hidden" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 80
