"""A worker whose clock is wrong: `python -m app.bench.shifted SECONDS`.

The clock is moved before anything imports it; the product has no such setting.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta

import procrastinate.utils

from app.core import clock

BY = timedelta(seconds=float(sys.argv[1]))
right, right_of_queue, right_in_seconds = clock.now, procrastinate.utils.utcnow, time.time

clock.now = lambda: right() + BY
procrastinate.utils.utcnow = lambda: right_of_queue() + BY
time.time = lambda: right_in_seconds() + BY.total_seconds()

from app.__main__ import main  # noqa: E402

sys.exit(main(["worker"]))
