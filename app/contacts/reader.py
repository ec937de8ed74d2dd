"""The process that reads one contact file, so that a million rows never make a page wait: `python -m app.contacts.reader`.

An order comes in as JSON; what comes out are JSON documents, each after its length in four bytes.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from app.contacts import columns, spreadsheets
from app.contacts.columns import Kind, Mapping
from app.contacts.spreadsheets import Numbered, Sheet
from app.contacts.unreadable import SpreadsheetError
from app.core import phone
from app.core.i18n import N_

BATCH_ROWS = 2_500
BATCH_CHARACTERS = 1_000_000  # a few rows with whole novels in their cells make a batch of their own
POLITE = 5  # the file can wait, people cannot
LONGEST_LABEL, LONGEST_NAME, LONGEST_FIELD = 60, 200, 1_000

NO_NUMBER = N_("There is no phone number in this row.")
NOT_A_NUMBER = N_("No such phone number, neither in the chosen country nor with a country code.")


class Look(Struct, frozen=True, tag=True):
    path: str
    country: str


class Read(Struct, frozen=True, tag=True):
    """`label` goes on everybody; `done` rows were read before."""

    path: str
    country: str
    sheet: Sheet
    mapping: Mapping
    label: str
    done: int


class Found(Struct, frozen=True, tag=True):
    sheet: Sheet
    rows: int
    kinds: list[Kind]


class Trouble(Struct, frozen=True, tag=True):
    """A SpreadsheetError, by the name of its class."""

    name: str
    values: dict[str, int]


class Person(Struct, frozen=True, omit_defaults=True):
    phone: str
    name: str = ""
    email: str = ""
    company: str = ""
    language: str = ""
    variables: dict[str, str] = {}


class Refusal(Struct, frozen=True):
    line: int
    reason: str
    cells: list[str]


class Batch(Struct):
    """What `import_contacts` in the database takes: `labels` say whose numbers bear them."""

    rows: int
    repeated: int
    people: list[Person]
    labels: dict[str, list[str]]
    refused: list[Refusal]


def look(order: Look) -> Found | Trouble:
    """Reads all of it once, so that nothing is wrong with the file when somebody presses Import."""
    path = Path(order.path)
    try:
        sheet = spreadsheets.inspect(path)
        rows = sum(1 for _ in spreadsheets.rows(path, sheet))
    except SpreadsheetError as problem:
        return Trouble(type(problem).__name__, problem.values)
    sheet = msgspec.structs.replace(sheet, columns=_storable(sheet.columns), sample=[_storable(row) for row in sheet.sample])
    return Found(sheet, rows, columns.guess_kinds(sheet, order.country))


def batches(order: Read) -> Iterator[Batch]:
    every = spreadsheets.rows(Path(order.path), order.sheet)
    rows = ((line, _storable(cells)) for line, cells in islice(every, order.done, None))
    while part := list(_part(rows)):
        yield _batch(part, order)


def _storable(cells: list[str]) -> list[str]:
    """Postgres keeps no NUL."""
    return [cell.replace("\0", "")[:LONGEST_FIELD] for cell in cells]


def _part(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    characters = 0
    for row in islice(rows, BATCH_ROWS):
        yield row
        characters += sum(map(len, row[1]))
        if characters > BATCH_CHARACTERS:
            return


def _batch(part: list[Numbered], order: Read) -> Batch:
    """Of a number that comes again the first row counts, but its labels are all kept."""
    people: dict[str, Person] = {}
    labels: dict[str, list[str]] = defaultdict(list)
    refused = []
    for line, cells in part:
        row = columns.apply(order.mapping, cells)
        number = phone.normalise(row.phone_text, order.country)
        if number is None:
            refused.append(Refusal(line, NOT_A_NUMBER if row.phone_text else NO_NUMBER, cells))
            continue
        for label in row.labels:
            labels[label[:LONGEST_LABEL]].append(number)
        if number not in people:
            own = {kind.value: row.variables.pop(kind, "") for kind in columns.COPIED}
            people[number] = Person(number, row.name[:LONGEST_NAME], variables=row.variables, **own)
    if order.label and people:
        labels[order.label].extend(people)
    return Batch(len(part), len(part) - len(people) - len(refused), list(people.values()), labels, refused)


def _write(document: Found | Trouble | Batch) -> None:
    encoded = msgspec.json.encode(document)
    sys.stdout.buffer.write(len(encoded).to_bytes(4, "big"))
    sys.stdout.buffer.write(encoded)
    sys.stdout.buffer.flush()


def main() -> Literal[0]:
    os.nice(POLITE)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Look | Read)
    for document in [look(order)] if isinstance(order, Look) else batches(order):
        _write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
