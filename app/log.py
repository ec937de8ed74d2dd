"""One line per event: JSON in production, readable on a laptop. Ids, never names, numbers or texts of people."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from app.core.discretion import discreet, discreet_event
from app.settings import SettingsError


def lines(*, production: bool) -> list[structlog.types.Processor]:
    """What happens to an event on its way to a line."""
    last = structlog.processors.JSONRenderer() if production else structlog.dev.ConsoleRenderer(colors=False)
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        discreet_event,
        last,
    ]


def configure(*, production: bool) -> None:
    """Libraries' own logging goes through the same lines, from warnings up. All of it to stderr: stdout is for answers."""
    *shared, last = processors = lines(production=production)
    to_stderr = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(processors=processors, logger_factory=to_stderr, cache_logger_on_first_use=True)
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared))  # fmt: skip
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def report_to(dsn: str, environment: str) -> None:
    """Errors go to Sentry as well, where its address is set. Nobody's data: no bodies, no users, no values of variables."""
    if not dsn:
        return
    try:
        import sentry_sdk  # noqa: PLC0415 - an extra, only for who wants it
    except ImportError:
        raise SettingsError("SENTRY_DSN is set, but Sentry is not installed: pip install sentry-sdk, or unset it.") from None
    sentry_sdk.init(
        dsn, environment=environment, send_default_pii=False, include_local_variables=False, max_request_body_size="never",
        before_send=_discreet_report,
    )  # fmt: skip


def _discreet_report(report: Any, _: Any) -> Any:
    """Everything that is text in it, wherever it stands."""
    if isinstance(report, str):
        return discreet(report)
    if isinstance(report, dict):
        return {key: _discreet_report(value, _) for key, value in report.items()}
    return [_discreet_report(value, _) for value in report] if isinstance(report, list) else report
