"""What may be typed after `recado`. It loads nothing of the house: a wrong word is answered at once."""

from __future__ import annotations

import argparse
from typing import Any

from app.bench import command as bench
from app.core import i18n


def parser() -> argparse.ArgumentParser:
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
    bench.add_to(commands)
    _add_demo(commands)
    _add_user(commands)
    commands.add_parser("test", help="the tests; takes pytest's arguments", add_help=False)
    commands.add_parser("check", help="format, lint, types, templates, architecture and tests, each timed")
    commands.add_parser("translations", help="bring the catalogues of all languages up to date")
    return parser


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser("demo", help="a workspace with a past, to look around in")
    demo.add_argument("--json", action="store_true", help="one line for programs: url, workspace, email, password, token")
    demo.add_argument("--port", type=int, help="where Recado runs, if not on PORT (8000)")
    demo.add_argument("--in-production", action="store_true", help="also where RECADO_ENV is production")


def _add_user(commands: Any) -> None:
    user = commands.add_parser("user", help="what an operator does for somebody")
    what = user.add_subparsers(dest="what", required=True)
    create = what.add_parser(
        "create", help="a person with a workspace; prints a link for choosing a password, good once for a day"
    )
    create.add_argument("email")
    create.add_argument("--name", help="what colleagues see; the part before the @ without it")
    create.add_argument("--workspace", help="the company; the person's name without it")
    create.add_argument("--language", choices=sorted(i18n.LANGUAGES), default=i18n.DEFAULT_LANGUAGE)
    create.add_argument("--password-stdin", action="store_true", help="read the password from the first line of the input")
    create.add_argument("--super-admin", action="store_true", help="may look after the whole installation")
    reset = what.add_parser("reset-password", help="print a link for choosing a new password, good once for a day")
    reset.add_argument("email")
    token = what.add_parser("token", help="print a new API token that acts as this person; the former one ends")
    token.add_argument("email")
    operator = what.add_parser("super-admin", help="let this person look after the whole installation")
    operator.add_argument("email")
    operator.add_argument("--end", action="store_true", help="no longer")
