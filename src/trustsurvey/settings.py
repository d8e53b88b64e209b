"""Settings: frozen, read once from the environment. ``docs/settings.md`` is made from the fields below."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from trustsurvey.errors import SettingsError

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent.parent


def _shipped(name: str) -> Path:
    """A folder that ships: inside the package in a wheel, at the top of the tree in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name


def _setting(name: str, help: str, default: Any) -> Any:
    return field(default=default, metadata={"name": name, "help": help})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can decide outside a wave. Each field names its environment variable."""

    instance: Path = _setting(
        "TRUSTSURVEY_INSTANCE", "Folder for the embedded database, keys, own translations and questionnaires", Path("instance")
    )
    database_url: str = _setting(
        "TRUSTSURVEY_DATABASE_URL", "SQLAlchemy address of the database; the default is SQLite in the instance folder", ""
    )
    secret_key: str = _setting(
        "TRUSTSURVEY_SECRET_KEY", "Signs staff sessions and page tickets; made once and kept in the instance folder when empty", ""
    )
    max_body: int = _setting("TRUSTSURVEY_MAX_BODY", "Largest form that a resident may send, in bytes", 65_536)
    exit_url: str = _setting("TRUSTSURVEY_EXIT_URL", "Where “Leave now” goes: a neutral page", "https://www.wikipedia.org/")
    require_https: bool = _setting(
        "TRUSTSURVEY_REQUIRE_HTTPS", "Send HSTS and mark the staff's cookie as secure; on wherever TLS ends in front", False
    )
    retention_days: int = _setting(
        "TRUSTSURVEY_RETENTION_DAYS", "Days that a closed wave's records are kept; `retain` destroys them then", 90
    )

    require_reviewed_locales: bool = _setting(
        "TRUSTSURVEY_REQUIRE_REVIEWED_LOCALES",
        "Offer residents a survey only in languages whose catalogs a person has reviewed; made-up data are always offered in all",
        True,
    )
    pseudo_locales: bool = _setting(
        "TRUSTSURVEY_PSEUDO_LOCALES", "Add two made-up languages for trying layouts: en_XA (longer), ar_XB (from right to left)", False
    )
    proxies: int = _setting(
        "TRUSTSURVEY_PROXIES", "Web servers in front whose X-Forwarded-For is believed; without it all share one limit behind them", 0
    )
    rate_residents: str = _setting(
        "TRUSTSURVEY_RATE_RESIDENTS",
        "Pages and answers of one address each: many people share it, at a table or behind a phone company",
        "300 per minute",
    )
    rate_sign_in: str = _setting("TRUSTSURVEY_RATE_SIGN_IN", "Attempts to sign in from one address", "10 per minute; 60 per hour")
    rate_api: str = _setting("TRUSTSURVEY_RATE_API", "Requests of one address to each address of the public API", "120 per minute")
    rate_storage: str = _setting(
        "TRUSTSURVEY_RATE_STORAGE", "Where limits are counted: memory, or a Redis or Valkey that writes nothing to disk", "memory://"
    )
    log_level: str = _setting(
        "TRUSTSURVEY_LOG_LEVEL", "What the server writes about itself: debug, info, warning or error; never about people", "warning"
    )

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.instance / 'trustsurvey.sqlite').absolute()}"

    @property
    def translations(self) -> tuple[Path, ...]:
        """Shipped first; an installation's own win."""
        return (_shipped("translations"), self.instance / "translations")

    @property
    def questionnaires(self) -> tuple[Path, ...]:
        return (self.instance / "questionnaires",)

    @property
    def templates(self) -> Path:
        return _shipped("templates")

    @property
    def migrations(self) -> Path:
        return _shipped("migrations")

    def key(self) -> str:
        """The secret key: as set, else read from (or made once in) the instance folder, readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.instance / "secret-key"
        if not path.exists():
            self.instance.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text()


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``environment``. Raises SettingsError naming the variable and what it may hold."""
    found: dict[str, Any] = {}
    for one in fields(Settings):
        name = one.metadata["name"]
        text = environment.get(name)
        if text is None or text == "":
            continue
        found[one.name] = _parse(name, text, one.default)
    return Settings(**found)


def _parse(name: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingsError(f"{name} is {text!r}; it may be 1 or 0")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError as error:
            raise SettingsError(f"{name} is {text!r}; it must be a whole number") from error
    return Path(text) if isinstance(default, Path) else text
