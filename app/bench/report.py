"""A table for people and, with --json, one last line for programs."""

from __future__ import annotations

import json
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
}


def show(name: str, figures: dict[str, Any], *, as_json: bool) -> None:
    print(f"bench {name}")
    for key, value in figures.items():
        print(
            f"  {LABELS.get(key, key.replace('_', ' ')):<34}{value:>14,}"
            if isinstance(value, int | float)
            else f"  {key}: {value}"
        )
    if as_json:
        print(json.dumps(figures))
