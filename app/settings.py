"""The environment, read once. The only place that knows the names of variables."""

from __future__ import annotations

import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

DEFAULT_PORT = 8000
GRAPH_URL = "https://graph.facebook.com"
SMTP = ("smtp+starttls://", "smtps://", "smtp://")


class SettingsError(Exception):
    """A sentence for the person who starts Recado."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Literal["development", "production"]
    home: Path
    database_url: str | None
    replica_url: str | None
    embedded: bool
    port: int
    secret_key: str
    encryption_keys: tuple[str, ...]
    public_url: str
    graph_url: str
    simulator: bool
    meta_app_id: str
    meta_app_secret: str
    meta_config_id: str
    meta_verify_token: str
    metrics_token: str
    sentry_dsn: str
    smtp_url: str
    mail_from: str

    @property
    def production(self) -> bool:
        return self.environment == "production"


KNOWN = {
    "RECADO_ENV", "RECADO_HOME", "RECADO_SECRET_KEY", "RECADO_ENCRYPTION_KEYS", "RECADO_PUBLIC_URL", "RECADO_EMBEDDED",
    "RECADO_METRICS_TOKEN", "RECADO_SMTP_URL", "RECADO_MAIL_FROM",
}  # fmt: skip


def read(environ: dict[str, str], *, port: int | None = None) -> Settings:
    """Raises SettingsError for an unknown RECADO_ name, a value out of range, or a secret missing in production."""
    if unknown := sorted(name for name in environ if name.startswith("RECADO_") and name not in KNOWN):
        raise SettingsError(f"{unknown[0]} is not a setting of Recado. Known: {', '.join(sorted(KNOWN))}.")
    environment = environ.get("RECADO_ENV", "development")
    if environment not in ("development", "production"):
        raise SettingsError(f"RECADO_ENV is {environment!r}. Set it to development or production.")
    if environment == "development" and environ.get("DYNO"):
        raise SettingsError("RECADO_ENV is not production on a public host, so the demo's door would stand open. Set it.")
    home = Path(environ.get("RECADO_HOME", ".recado")).absolute()
    if environment == "production":
        _refuse_missing(environ)
        kept = {}
    else:
        kept = _development_secrets(home)
    chosen_port = port if port is not None else _port(environ.get("PORT", ""))
    public_url = environ.get("RECADO_PUBLIC_URL", f"http://127.0.0.1:{chosen_port}").rstrip("/")
    simulator = environment == "development" and not environ.get("META_GRAPH_URL")
    return Settings(
        environment="production" if environment == "production" else "development",
        home=home,
        database_url=environ.get("DATABASE_URL") or None,
        replica_url=environ.get("DATABASE_REPLICA_URL") or None,
        embedded=not environ.get("DATABASE_URL"),
        port=chosen_port,
        secret_key=environ.get("RECADO_SECRET_KEY") or kept["secret_key"],
        encryption_keys=_keys(environ.get("RECADO_ENCRYPTION_KEYS") or kept["encryption_keys"]),
        public_url=public_url,
        graph_url=(f"http://127.0.0.1:{chosen_port}" if simulator else environ.get("META_GRAPH_URL") or GRAPH_URL).rstrip("/"),
        simulator=simulator,
        meta_app_id=environ.get("META_APP_ID", ""),
        meta_app_secret=environ.get("META_APP_SECRET", ""),
        meta_config_id=environ.get("META_CONFIG_ID", ""),
        meta_verify_token=environ.get("META_VERIFY_TOKEN") or kept.get("verify_token", ""),
        metrics_token=environ.get("RECADO_METRICS_TOKEN", ""),
        sentry_dsn=environ.get("SENTRY_DSN", ""),
        smtp_url=_smtp(environ),
        mail_from=environ.get("RECADO_MAIL_FROM", "Recado <recado@localhost>"),
    )


def _refuse_missing(environ: dict[str, str]) -> None:
    for name in ("RECADO_SECRET_KEY", "RECADO_ENCRYPTION_KEYS", "RECADO_PUBLIC_URL", "META_VERIFY_TOKEN"):
        if not environ.get(name):
            raise SettingsError(f"{name} is missing. Production needs it; the README says how to make one.")
    if not environ["RECADO_PUBLIC_URL"].startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsError("RECADO_PUBLIC_URL must begin with https://, or passwords and cookies travel in the open.")
    if len(environ["RECADO_SECRET_KEY"]) < 32:
        raise SettingsError("RECADO_SECRET_KEY has fewer than 32 characters. Make a longer one: openssl rand -base64 32.")
    if not environ.get("DATABASE_URL") and environ.get("RECADO_EMBEDDED") != "yes":
        raise SettingsError("DATABASE_URL is missing. Set it, or set RECADO_EMBEDDED=yes to use the embedded Postgres.")


def _smtp(environ: dict[str, str]) -> str:
    url = environ.get("RECADO_SMTP_URL", "")
    if url and not url.startswith(SMTP):
        raise SettingsError(f"RECADO_SMTP_URL must begin with {' or '.join(SMTP)}; the README shows a whole one.")
    if url and not environ.get("RECADO_MAIL_FROM"):
        raise SettingsError("RECADO_MAIL_FROM is missing: mail servers refuse mails from nobody. Set an address of yours.")
    return url


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT is {text!r}. Set it to a number from 1 to 65535.")
    return int(text)


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not keys or any(len(key) < 32 for key in keys):
        raise SettingsError("RECADO_ENCRYPTION_KEYS holds a key of fewer than 32 characters. Make longer ones, newest first.")
    return keys


def _development_secrets(home: Path) -> dict[str, str]:
    """Made once and kept, so that sessions and sealed credentials outlive a restart."""
    path = home / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    try:
        home.mkdir(parents=True, exist_ok=True)
        made = {name: secrets.token_urlsafe(32) for name in ("secret_key", "encryption_keys", "verify_token")}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    except OSError as problem:
        raise SettingsError(f"RECADO_HOME {home} cannot be written: {problem.strerror}.") from None
    return made


_port_from_command_line: int | None = None


def choose_port(port: int | None) -> None:
    """`serve --port N` wins over PORT; it must come before the first `settings()`."""
    global _port_from_command_line  # noqa: PLW0603 - the command line is read once, before anything else
    _port_from_command_line = port
    settings.cache_clear()


def environment(name: str) -> str:
    """For benchmarks, which ask before they change it."""
    return os.environ.get(name, "")


def change_environment(changes: dict[str, str]) -> None:
    """Benchmarks give their house a place of its own, for themselves and for the processes that they start."""
    os.environ.update(changes)
    settings.cache_clear()


@cache
def settings() -> Settings:
    return read(dict(os.environ), port=_port_from_command_line)
