"""What a role of a workspace's own may be: below its maker, and with nothing in it that they may not do themselves."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from app.access import roles
from app.access.permissions import Permission
from app.access.viewer import Viewer, rights
from app.core.forms import NOT_POSSIBLE
from app.core.i18n import N_


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    level: Annotated[int, Meta(ge=1, le=9)]
    description: Annotated[str, Meta(max_length=300)] = ""
    inherits: str = ""
    permissions: list[str] = []


class Levelled(Protocol):
    @property
    def level(self) -> int: ...


class Refused(Exception):
    """What does not fit, and the field that it is about."""

    field = "name"
    message = ""


class NameTaken(Refused):
    message = N_("Another role has this name. Choose a different one.")


class TooHigh(Refused):
    field = "level"
    message = N_("A role is made and changed by somebody above it. Choose a level below your own.")


class BelowItsPreset(Refused):
    field = "level"
    message = N_("It includes another role, so it stands at least as high as that one.")


class OutOfReach(Refused):
    field = "permissions"
    message = N_("It would hold something that you may not do yourself. Somebody who may can add it.")


class HeirOutOfReach(OutOfReach):
    field = "instead"
    message = N_("Its people would get a role that you cannot give. Choose one below your own.")


class InUse(Refused):
    field = "instead"
    message = N_("People have this role. Choose what they get in its place.")


def reach(viewer: Viewer) -> frozenset[str]:
    """What they may put into a role: what they may do themselves, whether the feature is on or not."""
    return rights(tuple(viewer.held), tuple(viewer.granted or ()), ())


def is_below(viewer: Viewer, role: Levelled) -> bool:
    return role.level < viewer.level


def check(wish: Wish, by: Viewer, *, before: frozenset[str] = frozenset()) -> None:
    """What somebody above has put in may stay, also when whoever changes the role lacks it."""
    inherits = (wish.inherits,) if wish.inherits else ()
    if wish.level >= by.level:
        raise TooHigh
    if roles.level_of(inherits) > wish.level:
        raise BelowItsPreset
    if not (rights(inherits, tuple(wish.permissions), ()) - before) <= reach(by):
        raise OutOfReach


def unknown(wish: Wish) -> dict[str, str]:
    """What no page of ours sends, by field."""
    wrong = {}
    if wish.inherits and (wish.inherits not in roles.PRESETS or wish.inherits == roles.OWNER):
        wrong["inherits"] = NOT_POSSIBLE
    if not set(wish.permissions) <= set(Permission):
        wrong["permissions"] = NOT_POSSIBLE
    return wrong
