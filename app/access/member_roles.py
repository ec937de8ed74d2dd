"""Which roles there are in a workspace, presets and its own, and who may give them: nobody gives what they do not have."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.access import roles
from app.access.permissions import Permission
from app.access.viewer import Viewer, rights
from app.core.db import Db
from app.core.i18n import N_, gettext
from app.core.statements import statements

q = statements("members")


class Role(msgspec.Struct, frozen=True):
    """`key` is the name of a preset, or the id of one of the workspace's own."""

    key: str
    name: str
    about: str
    level: int
    permissions: frozenset[str]

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


class OutOfReach(Exception):
    """At or above their own level, or with a permission that they lack."""

    message = N_("You can only give roles that are below yours and hold nothing that you may not do yourself.")


class NoRole(Exception):
    """Somebody without a role would find every door closed."""

    message = N_("Choose at least one role.")


class _Own(msgspec.Struct, frozen=True):
    id: int
    name: str
    description: str
    level: int
    inherits: str
    permissions: list[str]


async def every(db: Db) -> dict[str, Role]:
    """By key, the highest first; the owner's among them, because lists name it."""
    found = [_preset(preset) for preset in roles.PRESETS.values()]
    found += [_own(own) for own in await db.many(q.own_roles, _Own)]
    return {role.key: role for role in sorted(found, key=lambda role: -role.level)}


def _preset(preset: roles.Preset) -> Role:
    return Role(preset.key, preset.name, preset.sentence, preset.level, rights((preset.key,), (), ()))


def _own(own: _Own) -> Role:
    inherited = (own.inherits,) if own.inherits else ()
    level = max(own.level, roles.level_of(inherited))
    return Role(str(own.id), own.name, own.description, level, rights(inherited, tuple(own.permissions), ()))


def may_give(viewer: Viewer, role: Role) -> bool:
    """What belongs to a feature that is off counts for nobody."""
    theirs = rights((), tuple(role.permissions), tuple(viewer.modules_off))
    return role.level < viewer.level and theirs <= viewer.permissions


def in_reach(viewer: Viewer, known: dict[str, Role]) -> list[Role]:
    """Those that they may give and take. The usual three come first."""
    possible = [role for role in known.values() if may_give(viewer, role)]
    return sorted(possible, key=lambda role: (role.key not in roles.TRIO, role.preset))


def check(viewer: Viewer, known: dict[str, Role], keys: Iterable[str]) -> None:
    """Raises OutOfReach."""
    if not all(key in known and may_give(viewer, known[key]) for key in keys):
        raise OutOfReach


def level_of(known: dict[str, Role], keys: Iterable[str]) -> int:
    return max((known[key].level for key in keys if key in known), default=0)


def can(known: dict[str, Role], keys: Iterable[str], permission: Permission) -> bool:
    return any(permission in known[key].permissions for key in keys if key in known)
