"""An entry as people read it: columns by their words, values as they know them, ids by the names of what they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.audit import columns, measures, states
from app.audit.audit import Entry
from app.audit.words import is_route
from app.core import pages
from app.core.db import Db
from app.core.i18n import N_, gettext
from app.core.statements import statements

MASK = "•••"
YES, NO = N_("Yes"), N_("No")

q = statements("audit_log")

# A table and an id in it.
Reference = tuple[str, int]
# The way from a column to one of the things it holds.
Way = tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """Already in the language of whoever reads it. Of a list: what came and what went."""

    word: str
    before: str = ""
    after: str = ""
    added: Sequence[str] = ()
    removed: Sequence[str] = ()


class Told(msgspec.Struct, frozen=True):
    """`subject` is what it is about, by its name."""

    entry: Entry
    subject: str
    changes: list[Change]

    @property
    def brief(self) -> list[Change]:
        """Without what the subject says already."""
        return [each for each in self.changes if not self.subject or self.subject != (each.before or each.after)]


async def tell(db: Db, entries: Sequence[Entry], zone: str) -> list[Told]:
    """All names of all entries are asked for at once."""
    asked = sorted({reference for entry in entries for reference in _references(entry)})
    kinds, ids = [kind for kind, _ in asked], [id_ for _, id_ in asked]
    found = await db.rows(q.names, kinds=kinds, ids=ids) if asked else []
    reader = Reader({(row["kind"], row["id"]): row["name"] for row in found}, zone)
    return [Told(entry, reader.subject(entry), list(reader.changes(entry))) for entry in entries]


class Reader(msgspec.Struct, frozen=True):
    """Knows the names of what is referred to, and the zone of whoever reads."""

    names: dict[Reference, str]
    zone: str

    def subject(self, entry: Entry) -> str:
        """By the name of today. Some rows are called after their state, which has a word."""
        reference, called = _belongs_to(entry), entry.subject_name
        stated = states.word(f"{entry.table}.status", called) or states.word(f"{entry.table}.how", called)
        return (self.names.get(reference, "") if reference else "") or gettext(stated or called)

    def changes(self, entry: Entry) -> Iterator[Change]:
        for path in _paths(entry):
            was, becomes = (dict(_leaves(half.get(path.partition(".")[2]))) for half in (entry.before or {}, entry.after or {}))
            for way in {**was, **becomes}:
                if was.get(way) != becomes.get(way) or was.get(way) == MASK:
                    yield self._change(path, way, was.get(way), becomes.get(way))

    def _change(self, path: str, way: Way, was: Any, becomes: Any) -> Change:
        word = " › ".join([gettext(columns.word(path)), *(gettext(columns.PARTS.get(each, each)) for each in way)])
        path = f"{path}.{way[-1]}" if way else path
        if MASK in (was, becomes):
            return Change(word, after=MASK)
        came = [self.said(path, each) for each in _without(becomes, was)]
        went = [self.said(path, each) for each in _without(was, becomes)]
        if came or went:
            return Change(word, added=came, removed=went)
        return Change(word, self.said(path, was), self.said(path, becomes))

    def said(self, path: str, value: Any) -> str:
        """One value, as people know it; nothing where there is none."""
        if isinstance(value, list):
            return ", ".join(self.said(path, each) for each in value)
        if value is None or value in measures.NO_MOMENT:
            return ""
        if isinstance(value, bool):
            return gettext(YES if value else NO)
        if table := columns.by_path(columns.LEADS_TO, path):
            return self.names.get((table, value)) or f"#{value}"
        if isinstance(value, str) and (word := states.word(path, value)):
            return gettext(word)
        return measures.said(path, value, self.zone) or (value if isinstance(value, str) else pages.number(value))


def _paths(entry: Entry) -> list[str]:
    """Table and column of all that is worth a word, the most important ones first."""
    told = (entry.before or {}).keys() | (entry.after or {}).keys()
    return sorted({f"{entry.table}.{column}" for column in told} - columns.QUIET, key=lambda path: (columns.rank(path), path))


def _leaves(value: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """What a column holds, taken apart down to single values and lists of them. An id is called after the kind beside it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*way, str(value["kind"]) if key == "id" and "kind" in value else key))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for place, each in enumerate(value, 1):
            yield from _leaves(each, (*way, str(place)))
    elif value not in (None, "", []):
        yield way, value


def _without(some: Any, others: Any) -> list[Any]:
    """Of a list what is not in the other one."""
    return [each for each in some if not isinstance(others, list) or each not in others] if isinstance(some, list) else []


def _belongs_to(entry: Entry) -> Reference | None:
    """What a row is a part of; of a route, the first thing in its path."""
    if is_route(entry):
        table = columns.LEADS_TO.get(entry.action.partition("{")[2].partition("}")[0])
        return (table, entry.subject_id) if table and entry.subject_id else None
    if (column := columns.BELONGS_TO.get(entry.table)) is None:
        return None
    id_ = (entry.after or {}).get(column) or (entry.before or {}).get(column) or entry.subject_id
    return (columns.LEADS_TO[column], id_) if id_ else None


def _references(entry: Entry) -> Iterator[Reference]:
    if (belongs_to := _belongs_to(entry)) is not None:
        yield belongs_to
    for path in _paths(entry):
        for half in (entry.before or {}, entry.after or {}):
            for way, value in _leaves(half.get(path.partition(".")[2])):
                if table := columns.by_path(columns.LEADS_TO, f"{path}.{way[-1]}" if way else path):
                    ids = value if isinstance(value, list) else [value]
                    yield from ((table, each) for each in ids if isinstance(each, int))
