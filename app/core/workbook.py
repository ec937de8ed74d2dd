"""Excel workbooks, written row by row onto the disk; what does not fit on one sheet goes on with the next.

A long list is turned into one by a process of its own: minutes of work that must not hold up the loop.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

from app.core.statements import SQL

MOST_ROWS = 1_048_575  # below the heading; Excel's own limit

Cell = str | int | float | None


class WriterDied(Exception):
    """The process ended before the workbook did."""


async def convert(csv_path: Path, xlsx_path: Path) -> None:
    """Raises WriterDied."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "app.core.workbook", str(csv_path), str(xlsx_path), cwd=SQL.parent
    )
    try:
        if await process.wait() != 0:
            raise WriterDied
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def write(rows: Iterable[Sequence[Cell]], path: Path, *, most: int = MOST_ROWS) -> None:
    """The first row is the heading of every sheet. Texts stay texts, never formulas; numbers are numbers."""
    lines = iter(rows)
    heading = next(lines)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        bold, sheet, at = book.add_format({"bold": True}), None, most
        for row in lines:
            if at == most or sheet is None:
                sheet, at = _sheet(book, heading, bold), 0
            at += 1
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write_number(at, column, cell)
        if sheet is None:
            _sheet(book, heading, bold)


def _sheet(book: xlsxwriter.Workbook, heading: Sequence[Cell], bold: object) -> xlsxwriter.workbook.Worksheet:
    sheet = book.add_worksheet()
    sheet.set_column(0, len(heading) - 1, 18)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(heading):
        sheet.write_string(0, column, str(text), bold)
    return sheet


def read(csv_path: Path) -> Iterator[list[str]]:
    """The quote that keeps a CSV from calculating is not needed in a workbook."""
    with csv_path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            yield [text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text for text in row]


if __name__ == "__main__":
    write(read(Path(sys.argv[1])), Path(sys.argv[2]))
