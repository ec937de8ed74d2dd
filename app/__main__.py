"""The command line."""

from __future__ import annotations

import argparse
import asyncio
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress

# platformdirs says so on every machine without a desktop session; we do not use that folder.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

from app import command_line  # noqa: E402
from app.bench import command as bench  # noqa: E402
from app.core.embedded import EmbeddedError  # noqa: E402
from app.core.migrate import MigrationError  # noqa: E402
from app.settings import SettingsError, choose_port, settings  # noqa: E402


def main(arguments: list[str]) -> int:
    """The exit code: 1 with one clear sentence for what the operator can mend."""
    parser = command_line.parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if chosen.command in ("test", "check", "translations"):
        return develop(chosen.command, rest)
    try:
        choose_port(getattr(chosen, "port", None))
        run(chosen)
    except (SettingsError, EmbeddedError, MigrationError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def run(chosen: argparse.Namespace) -> None:
    match chosen.command:
        case "serve" | "web" | "worker" as half:
            # Wrong settings are refused before anything heavy is loaded.
            production = settings().production
            from app import log, serve

            log.configure(production=production)
            log.report_to(settings().sentry_dsn, settings().environment)
            loop(serve.run(settings(), web=half != "worker", work=half != "web"))
        case "migrate":
            from app import serve

            loop(only_migrate(serve))
        case "simulator":
            from app.simulator import main as simulator

            loop(simulator.serve("127.0.0.1", chosen.port))
        case "demo":
            from app.demo import command as demo

            loop(demo.run(chosen))
        case "user":
            from app import user_command

            loop(user_command.run(chosen))
        case "bench":
            bench.run(chosen)


def develop(command: str, rest: list[str]) -> int:
    """What needs no settings: the exit code of the tests, of every check, or 0 after updating the catalogues."""
    from app import check, translations

    match command:
        case "test":
            return check.test(rest)
        case "check":
            return check.check()
    for language, missing in translations.update().items():
        sys.stdout.write(f"{language}: {missing} missing\n" if missing else f"{language}: complete\n")
    return 0


async def only_migrate(serve) -> None:  # type: ignore[no-untyped-def]
    async with serve.ready(settings()):
        pass


def loop(coroutine) -> None:  # type: ignore[no-untyped-def]
    """uvloop where there is one: half as many CPU seconds per request as asyncio's own loop."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):
        from uvloop import new_event_loop as factory
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(coroutine)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
