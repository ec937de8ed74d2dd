"""One line per event: JSON in production, readable on a laptop. Ids, never names, numbers or texts of people."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(*, production: bool) -> None:
    """Libraries' own logging goes through the same lines, from warnings up. All of it to stderr: stdout is for answers."""
    last = structlog.processors.JSONRenderer() if production else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    to_stderr = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(processors=[*shared, last], logger_factory=to_stderr, cache_logger_on_first_use=True)
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared))  # fmt: skip
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
