"""Giving roles to people: nobody gives one at or above their own level, or one that holds what they may not do themselves."""

from __future__ import annotations

from collections.abc import Iterable

from app.access import role, roles
from app.access.role import Role
from app.access.viewer import Viewer
from app.core.i18n import N_


class OutOfReach(Exception):
    """At or above their own level, or with a permission that they lack."""

    message = N_("You can only give roles that are below yours and hold nothing that you may not do yourself.")


class NoRole(Exception):
    """Somebody without a role would find every door closed."""

    message = N_("Choose at least one role.")


def in_reach(viewer: Viewer, known: dict[str, Role]) -> list[Role]:
    """Those that they may give and take. The usual three come first, then the workspace's own."""
    return sorted(role.in_reach(viewer, known), key=lambda each: (each.key not in roles.TRIO, each.preset))


def may_give(viewer: Viewer, known: dict[str, Role], keys: Iterable[str]) -> bool:
    """All of these. What is not there gives nothing."""
    return set(keys) <= {each.key for each in role.in_reach(viewer, known)}


def level_of(known: dict[str, Role], keys: Iterable[str]) -> int:
    return max((known[key].level for key in keys if key in known), default=0)
