"""What a restart should not forget: numbers, templates and the people who wrote, in one small file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from app.simulator import templates
from app.simulator.behaviour import Behaviour
from app.simulator.state import Connection, Template, World

LOOKS_EVERY = 1.0  # seconds


class Person(msgspec.Struct):
    number: str
    person: str
    name: str
    username: str
    written_at: float


class Kept(msgspec.Struct):
    numbers: list[tuple[Connection, Behaviour]] = []
    accounts: dict[str, tuple[bool, str]] = {}
    templates: list[Template] = []
    people: list[Person] = []


def recall(world: World, file: Path) -> None:
    if not file.exists():
        return
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=Kept)
    except msgspec.DecodeError:  # written by another version: a stand-in may begin anew
        return
    for connection, behaviour in kept.numbers:
        world.add_number(connection, behaviour)
    for account_id, (subscribed, override_url) in kept.accounts.items():
        account = world.accounts[account_id]
        account.subscribed, account.override_url = subscribed, override_url
    for template in kept.templates:
        world.templates[template.id] = template
        world.accounts[template.account_id].templates[template.name, template.language] = template
    for person in kept.people:
        talk = world.numbers[person.number].talk(person.person)
        talk.name, talk.username, talk.written_at, talk.met = person.name, person.username, person.written_at, True


def snapshot(world: World) -> bytes:
    return msgspec.json.encode(
        Kept(
            numbers=[(number.connection, number.behaviour) for number in world.numbers.values()],
            accounts={each.id: (each.subscribed, each.override_url) for each in world.accounts.values()},
            templates=[msgspec.structs.replace(template, shape=None) for template in world.templates.values()],
            people=[
                Person(number.id, talk.person, talk.name, talk.username, talk.written_at)
                for number in world.numbers.values()
                for talk in number.talks.values()
                if talk.met
            ],
        )
    )


async def remember(world: World, file: Path) -> None:
    """Writes the file whenever it would read differently, for ever."""
    for template in world.templates.values():
        if template.status == "PENDING":
            world.spawn(templates.review(world, world.accounts[template.account_id], template))
    written = b""
    try:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            written = write(world, file, written)
    finally:
        write(world, file, written)


def write(world: World, file: Path, written: bytes) -> bytes:
    now = snapshot(world)
    if now != written:
        draft = file.with_suffix(".new")
        draft.write_bytes(now)
        draft.replace(file)
    return now
