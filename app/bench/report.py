"""A table for people and, with --json, one last line for programs; how far it is, on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

LABELS = {
    "per_second": "per second",
    "share_of_client": "share of a bare client loop",
    "client_per_second": "bare client loop, per second",
    "lost": "lost",
    "twice": "twice",
    "p50_ms": "p50, ms",
    "p95_ms": "p95, ms",
    "p99_ms": "p99, ms",
    "seconds": "seconds",
    "peak_mb": "peak memory of the process, MB",
    "rises_per_second": "statuses that raised a row, per second",
    "page_p50_ms": "the page, p50, ms",
}


def progress(said: str) -> None:
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()


def show(name: str, figures: dict[str, Any], *, as_json: bool) -> None:
    print(f"bench {name}")
    for key, value in figures.items():
        if isinstance(value, list):
            _show_rows(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            print(f"  {LABELS.get(key, key.replace('_', ' ')):<42}{value:>14,}")
        else:
            print(f"  {key.replace('_', ' ')}: {value}")
    if as_json:
        print(json.dumps(figures))


def _show_rows(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    cells = [[key.replace("_", " ") for key in rows[0]], *([_text(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else ", ".join(value) if isinstance(value, list) else str(value)
