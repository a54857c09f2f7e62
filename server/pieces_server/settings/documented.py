"""Every name of Activepieces' documentation, and what becomes of it here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Status(StrEnum):
    """What the instance does with a documented setting."""

    WORKS = "works"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class DocumentedSetting:
    """A documented name."""

    name: str
    status: Status
    reason: str
    """Why it does nothing, or what it takes, without a full stop; empty if `Settings` says it."""
    default: str = ""
    """The documented one; empty without one."""
    fine: frozenset[str] = frozenset()
    """The values, in capitals, that ask for nothing that is missing here."""
    fatal: bool = False
    """Whether any other value ends the start instead of being warned about."""

    def asks_too_much_of(self, environment: Mapping[str, str]) -> bool:
        """Whether the environment has a value for it that the instance does not act on."""
        if self.status is Status.WORKS and not self.fine:
            return False
        value = environment.get(self.name, "").strip().upper()
        return bool(value) and value not in self.fine


def _setting(
    name: str,
    status: Status,
    reason: str,
    default: str = "",
    *,
    fine: Iterable[str] = (),
    fatal: bool = False,
) -> DocumentedSetting:
    return DocumentedSetting(
        name=f"AP_{name}",
        status=status,
        reason=reason,
        default=default,
        fine=frozenset(fine),
        fatal=fatal,
    )


def _alike(
    status: Status, reason: str, fine: Iterable[str] = (), **defaults: str
) -> list[DocumentedSetting]:
    return [
        _setting(name, status, reason, default, fine=fine) for name, default in defaults.items()
    ]


def _ours(**defaults: str) -> list[DocumentedSetting]:
    return _alike(Status.WORKS, "", **defaults)


_NO_S3: Final = "there is no S3 storage: wheels are files in the data folder"
_NO_REDIS: Final = "there is no Redis: nothing is queued outside the instance's own processes"
_NO_CLOUD: Final = "no pieces are taken from Activepieces' cloud: they are no Python packages"
_NO_TABLES: Final = "there are no tables"

DOCUMENTED: Final[tuple[DocumentedSetting, ...]] = (
    _setting(
        "API_KEY", Status.WORKS, "the key of the command `pieces`; the instance makes its own keys"
    ),
    *_ours(CONFIG_PATH="~/.activepieces", DB_TYPE="SQLITE3", DEV_PIECES=""),
    *_ours(MAX_FILE_SIZE_MB="10"),
    _setting(
        "PIECES_SOURCE",
        Status.WORKS,
        f"`DB` or `FILE` only: {_NO_CLOUD}",
        "CLOUD_AND_DB",
        fine=["DB", "FILE"],
        fatal=True,
    ),
    *_ours(POSTGRES_DATABASE="", POSTGRES_HOST="", POSTGRES_PASSWORD=""),
    *_ours(POSTGRES_PORT="", POSTGRES_SSL_CA="", POSTGRES_URL=""),
    *_ours(POSTGRES_USERNAME="", POSTGRES_USE_SSL="false"),
    _setting("TELEMETRY_ENABLED", Status.WORKS, "whatever it is, nothing is ever sent", "true"),
    _setting(
        "QUEUE_MODE",
        Status.WORKS,
        f"`MEMORY` only: {_NO_REDIS}",
        "MEMORY",
        fine=["MEMORY"],
        fatal=True,
    ),
    _setting(
        "FILE_STORAGE_LOCATION",
        Status.WORKS,
        f"`DB` only: {_NO_S3}",
        "DB",
        fine=["DB"],
        fatal=True,
    ),
    _setting(
        "EDITION",
        Status.WORKS,
        "`ce` only: the features of the paid editions are not here",
        fine=["CE"],
        fatal=True,
    ),
    _setting(
        "CONTAINER_TYPE",
        Status.WORKS,
        "not `WORKER`: a process that only runs flows does not exist",
        fine=["APP", "WORKER_AND_APP"],
        fatal=True,
    ),
    *_alike(
        Status.LATER,
        "comes with the isolated processes that run pieces",
        ["UNSANDBOXED"],
        EXECUTION_MODE="UNSANDBOXED",
    ),
    *_alike(
        Status.LATER,
        "comes with the isolated processes that run pieces",
        SANDBOX_PROPAGATED_ENV_VARS="",
        FLOW_WORKER_CONCURRENCY="10",
        SCHEDULED_WORKER_CONCURRENCY="10",
    ),
    *_alike(
        Status.LATER,
        "comes with flows",
        FLOW_TIMEOUT_SECONDS="600",
        EXECUTION_DATA_RETENTION_DAYS="30",
        PAUSED_FLOW_TIMEOUT_DAYS="30",
        MAX_CONCURRENT_JOBS_PER_PROJECT="100",
    ),
    *_alike(Status.LATER, "comes with flows", ["FALSE"], PROJECT_RATE_LIMITER_ENABLED="true"),
    *_alike(
        Status.LATER,
        "comes with triggers and webhooks on the instance",
        APP_WEBHOOK_SECRETS="",
        FRONTEND_URL="",
        TRIGGER_DEFAULT_POLL_INTERVAL="5",
        TRIGGER_FAILURE_THRESHOLD="30",
        TRIGGER_TIMEOUT_SECONDS="60",
        WEBHOOK_TIMEOUT_SECONDS="30",
    ),
    _setting("ENCRYPTION_KEY", Status.LATER, "comes with stored connections"),
    _setting("JWT_SECRET", Status.LATER, "comes with users who sign in"),
    _setting(
        "CLOUD_AUTH_ENABLED",
        Status.REFUSED,
        "the OAuth2 apps of Activepieces' cloud are for its own pieces",
        "false",
        fine=["FALSE"],
    ),
    _setting(
        "PIECES_SYNC_MODE",
        Status.REFUSED,
        _NO_CLOUD,
        "OFFICIAL_AUTO",
        fine=["NONE"],
    ),
    _setting("INTERNAL_URL", Status.REFUSED, "there is no single sign-on"),
    _setting(
        "TEMPLATES_SOURCE_URL",
        Status.REFUSED,
        "there is no gallery of templates",
        "a cloud address",
    ),
    _setting("CODE_SANDBOX_TYPE", Status.REFUSED, "deprecated in favour of `AP_EXECUTION_MODE`"),
    _setting(
        "SANDBOX_RUN_TIME_SECONDS",
        Status.REFUSED,
        "deprecated in favour of `AP_FLOW_TIMEOUT_SECONDS`",
    ),
    *_alike(
        Status.REFUSED,
        _NO_TABLES,
        MAX_FIELDS_PER_TABLE="15",
        MAX_RECORDS_PER_TABLE="1500",
        MAX_TABLES_PER_PROJECT="20",
    ),
    *_alike(Status.REFUSED, _NO_REDIS, ["FALSE"], QUEUE_UI_ENABLED="true", REDIS_USE_SSL="false"),
    *_alike(
        Status.REFUSED,
        _NO_REDIS,
        QUEUE_UI_PASSWORD="",
        QUEUE_UI_USERNAME="",
        REDIS_CONNECTION_MODE="",
        REDIS_DB="0",
        REDIS_FAILED_JOB_RETENTION_DAYS="30",
        REDIS_FAILED_JOB_RETENTION_MAX_COUNT="2000",
        REDIS_HOST="",
        REDIS_PASSWORD="",
        REDIS_PORT="",
        REDIS_SENTINEL_HOSTS="",
        REDIS_SENTINEL_NAME="",
        REDIS_SENTINEL_ROLE="",
        REDIS_SSL_CA_FILE="",
        REDIS_TYPE="DEFAULT",
        REDIS_URL="",
        REDIS_USER="",
    ),
    *_alike(
        Status.REFUSED,
        _NO_S3,
        S3_ACCESS_KEY_ID="",
        S3_BUCKET="",
        S3_ENDPOINT="",
        S3_REGION="",
        S3_SECRET_ACCESS_KEY="",
    ),
    *_alike(Status.REFUSED, _NO_S3, ["FALSE"], S3_USE_IRSA="", S3_USE_SIGNED_URLS=""),
)


def refusals(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a line for each value that the instance must not start with, by the setting's name.

    These would have it keep data elsewhere, guard it otherwise or do another job than it does.
    """
    asked = _in_capitals(environment)
    return {
        each.name: f"`{each.name}` {asked[each.name]!r} is refused: {each.reason}"
        for each in DOCUMENTED
        if each.fatal and each.asks_too_much_of(asked)
    }


def without_effect(environment: Mapping[str, str]) -> list[DocumentedSetting]:
    """Return the settings whose values are accepted though nothing comes of them."""
    asked = _in_capitals(environment)
    return [each for each in DOCUMENTED if not each.fatal and each.asks_too_much_of(asked)]


def _in_capitals(environment: Mapping[str, str]) -> dict[str, str]:
    """The names of settings are the same in small letters."""
    return {name.upper(): value for name, value in environment.items()}
