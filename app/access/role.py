"""The roles of a workspace, presets and its own: who has each, and how its own are made, changed, replaced and deleted.

Nobody makes or changes a role at or above their own level, or puts into one what they may not do themselves.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.access import roles
from app.access.role_rules import HeirOutOfReach, InUse, NameTaken, TooHigh, Wish, check, is_below, reach
from app.access.viewer import Viewer, rights
from app.core import live
from app.core.db import Db, NotFound
from app.core.i18n import gettext
from app.core.statements import statements

TOPIC = "roles"
CHANGED = "roles_changed"

q = statements("roles")


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the name of a preset, or the id of one of the workspace's own. `adds` is what it has beyond what it inherits."""

    key: str
    name: str
    about: str
    level: int
    inherits: tuple[str, ...] = ()
    adds: frozenset[str]
    created_at: datetime | None = None
    author: str = ""
    # Those who may come in, and all who hold it.
    people: int = 0
    held: int = 0

    @property
    def preset(self) -> bool:
        return self.key in roles.PRESETS

    @property
    def title(self) -> str:
        """In the reader's language; what a workspace wrote stays as it is."""
        return gettext(self.name) if self.preset else self.name

    @property
    def sentence(self) -> str:
        return gettext(self.about) if self.preset and self.about else self.about

    @property
    def inherited(self) -> frozenset[str]:
        return rights(self.inherits, (), ())

    @property
    def permissions(self) -> frozenset[str]:
        return self.inherited | self.adds


class Holder(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    deactivated: bool


class _Own(msgspec.Struct, frozen=True):
    id: int
    name: str
    description: str
    level: int
    inherits: str
    permissions: list[str]
    created_at: datetime
    author: str


async def every(db: Db) -> dict[str, Role]:
    """By key: the presets from the top, then the workspace's own."""
    counts = {row["key"]: row for row in await db.rows(q.people)}
    made = [_of_preset(preset) for preset in reversed(roles.PRESETS.values())]
    made += [_of_row(row) for row in await db.many(q.own, _Own)]
    return {role.key: _counted(role, **counts.get(role.key, {"people": 0, "held": 0})) for role in made}


def _of_preset(preset: roles.Preset) -> Role:
    return Role(
        key=preset.key, name=preset.name, about=preset.sentence, level=preset.level, inherits=preset.inherits, adds=preset.adds
    )


def _of_row(row: _Own) -> Role:
    inherits = (row.inherits,) if row.inherits else ()
    added = rights((), tuple(row.permissions), ())
    return Role(
        key=str(row.id), name=row.name, about=row.description, level=max(row.level, roles.level_of(inherits)),
        inherits=inherits, adds=added, created_at=row.created_at, author=row.author,
    )  # fmt: skip


def _counted(role: Role, *, people: int, held: int, key: str = "") -> Role:  # noqa: ARG001 - the row's own
    return msgspec.structs.replace(role, people=people, held=held)


async def find(db: Db, key: str) -> Role:
    return one_of(await every(db), key)


def one_of(known: dict[str, Role], key: str) -> Role:
    if key not in known:
        raise NotFound(key)
    return known[key]


async def find_own(db: Db, key: str) -> Role:
    """One that can be changed. Raises NotFound for a preset."""
    found = await find(db, key)
    if found.preset:
        raise NotFound(key)
    return found


async def holders(db: Db, role: Role) -> list[Holder]:
    return await db.many(q.holders, Holder, key=role.key)


async def invited(db: Db, role: Role) -> int:
    """How many were invited to it and have not come yet."""
    return 0 if role.preset else int(await db.value(q.invited, id=int(role.key)))


def in_reach(viewer: Viewer, known: dict[str, Role]) -> list[Role]:
    """Those that they may give."""
    return [role for role in known.values() if is_below(viewer, role) and role.permissions <= reach(viewer)]


async def create(db: Db, wish: Wish, *, by: Viewer) -> str:
    """The key of the new role. Raises Refused."""
    check(wish, by)
    async with db.unique(NameTaken):
        made = await db.value(q.create, by=by.id, **_stored(wish))
    await live.announce(db, TOPIC, CHANGED)
    return str(made)


async def change(db: Db, role: Role, wish: Wish, *, by: Viewer) -> None:
    """It holds at once for everybody who has it. Raises Refused."""
    if not is_below(by, role):
        raise TooHigh
    check(wish, by, before=role.permissions)
    async with db.unique(NameTaken):
        await db.run(q.change, id=int(role.key), **_stored(wish))
    await _announce(db, await holders(db, role))


async def delete(db: Db, role: Role, *, instead: str = "", by: Viewer) -> None:
    """Whoever has it gets the other role in its place. Raises Refused."""
    await db.run(q.hold, id=int(role.key))
    known = await every(db)
    role = one_of(known, role.key)
    if not is_below(by, role):
        raise TooHigh
    if instead and instead not in {each.key for each in in_reach(by, known) if each.key != role.key}:
        raise HeirOutOfReach
    if role.held and not instead:
        raise InUse
    affected = await holders(db, role)
    if instead:
        await db.run(q.replace_for_people, id=int(role.key), instead=instead, by=by.id)
        await db.run(q.replace_for_invited, id=int(role.key), instead=instead)
    await db.run(q.delete, id=int(role.key))
    await _announce(db, affected)


def _stored(wish: Wish) -> dict[str, object]:
    """What it inherits is not written down a second time."""
    inherited = rights((wish.inherits,), (), ()) if wish.inherits else frozenset()
    return msgspec.structs.asdict(wish) | {"permissions": sorted(set(wish.permissions) - inherited)}


async def _announce(db: Db, people: list[Holder]) -> None:
    """Their streams ask again what they may see."""
    await live.announce(db, TOPIC, CHANGED)
    for person in people:
        await live.announce(db, live.of_member(person.id), live.RIGHTS_CHANGED)
