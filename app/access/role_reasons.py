"""What somebody may do and why: each permission with the roles that give it, along the way on which they inherit it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from app.access import modules, roles
from app.access.modules import MODULES
from app.access.permission_words import AREAS, SENTENCES
from app.access.permissions import Permission
from app.access.role import Role


class Line(msgspec.Struct, frozen=True):
    """`ways` are chains of role names: the one that somebody holds first, the one that brings the permission last."""

    permission: str
    sentence: str
    ways: list[list[str]]
    # The name of the feature that is off, which nobody may use meanwhile.
    feature_off: str = ""

    @property
    def may(self) -> bool:
        return bool(self.ways) and not self.feature_off


class Area(msgspec.Struct, frozen=True):
    name: str
    lines: list[Line]

    @property
    def may(self) -> int:
        return sum(line.may for line in self.lines)


def of(known: Mapping[str, Role], held: Collection[str], modules_off: Collection[str]) -> list[Area]:
    """Every permission there is, by area."""
    return [
        Area(name, [_line(known, held, each, modules_off) for each in Permission if each.area == area])
        for area, name in AREAS.items()
    ]


def _line(known: Mapping[str, Role], held: Collection[str], permission: Permission, modules_off: Collection[str]) -> Line:
    ways = [way for key in held if key in known for way in _ways(known, key, permission)]
    off = next((MODULES[each].name for each in modules_off if modules.off(permission, [each])), "")
    return Line(permission, SENTENCES[permission], ways, off)


def _ways(known: Mapping[str, Role], key: str, permission: Permission) -> list[list[str]]:
    """From this role to each that brings the permission, by the shortest way."""
    found = [way for way in _all_ways(known, key) if permission in known[way[-1]].adds]
    shortest: dict[str, list[str]] = {}
    for way in sorted(found, key=len):
        shortest.setdefault(way[-1], way)
    return [[known[each].title for each in way] for way in shortest.values()]


def _all_ways(known: Mapping[str, Role], key: str) -> list[list[str]]:
    return [[key], *([key, *way] for each in known[key].inherits for way in _all_ways(known, each))]


def origins(role: Role) -> dict[str, str]:
    """Of what it inherits, the preset that each permission comes from; the nearest, if several have it."""
    found: dict[str, str] = {}
    for preset in role.inherits:
        for key in roles.chain(preset):
            for permission in roles.PRESETS[key].adds:
                found.setdefault(permission, roles.PRESETS[key].name)
    return found
