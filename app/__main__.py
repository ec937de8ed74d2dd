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

from app import user_command  # noqa: E402
from app.bench import command  # noqa: E402
from app.core.embedded import EmbeddedError  # noqa: E402
from app.core.migrate import MigrationError  # noqa: E402
from app.demo import command as demo  # noqa: E402
from app.settings import SettingsError, choose_port, settings  # noqa: E402


def main(arguments: list[str]) -> int:
    """The exit code: 1 with one clear sentence for what the operator can mend."""
    parser = argparse.ArgumentParser(prog="recado", description="WhatsApp CRM and campaigns on one Postgres.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="web and worker in one process (and the simulator, in development)")
    web = commands.add_parser("web", help="only the web half")
    for each in (serve, web):
        each.add_argument("--port", type=int, help="instead of PORT (8000)")
    commands.add_parser("worker", help="only the worker half")
    commands.add_parser("migrate", help="bring the database up to date")
    simulator = commands.add_parser("simulator", help="a stand-in for WhatsApp, on a port of its own")
    simulator.add_argument("--port", type=int, default=8100)
    command.add_to(commands)
    demo.add_to(commands)
    user_command.add_to(commands)
    commands.add_parser("test", help="the tests; takes pytest's arguments", add_help=False)
    commands.add_parser("check", help="format, lint, types, templates, architecture and tests, each timed")
    commands.add_parser("translations", help="bring the catalogues of all languages up to date")
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
            loop(demo.run(chosen))
        case "user":
            loop(user_command.run(chosen))
        case "bench":
            command.run(chosen)


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
