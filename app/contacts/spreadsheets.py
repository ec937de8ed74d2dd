"""Opens the files that people keep contacts in: CSV as Excel, Google and old systems write it, and Excel or ODS itself.

`inspect` looks once and says how the file is to be read; `rows` then reads it row by row, however large it is.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from app.contacts.unreadable import Empty, NotATable, Protected, SpreadsheetError, TooLarge, UnclosedQuote

MAX_CSV_BYTES = 500_000_000
# Unpacked. A workbook is read whole, and each of these bytes costs one and a half in memory.
MAX_WORKBOOK_BYTES = 100_000_000
CHUNK_BYTES = 1 << 20
SAMPLE_CHARACTERS = 1 << 16
SAMPLE_ROWS = 100
LONGEST_ROW = 100  # lines; an address has five, a forgotten quotation mark swallows the rest of the file
# Comma last: it also stands inside names and amounts, so it loses a draw.
DELIMITERS = (";", "\t", "|", ",")

ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CHOSEN_DELIMITER = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own hint in a first line
DIGITS_IN_DATA = 6  # a heading may say 2026, hardly more
LETTER = re.compile(r"[^\W\d_]")

Numbered = tuple[int, list[str]]  # the line in the file, counted from 1, and its cells
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class Sheet(msgspec.Struct, frozen=True):
    """How to read one file. Columns without a heading are called by their number."""

    columns: list[str]
    first_line: int
    sample: list[list[str]]
    encoding: str = ""  # both empty for a workbook
    delimiter: str = ""


def inspect(path: Path) -> Sheet:
    with path.open("rb") as file:
        start = file.read(8).lstrip()
    if start.startswith((ZIP, OLD_OFFICE)):
        if _unpacked_bytes(path) > MAX_WORKBOOK_BYTES:
            raise TooLarge
        return _sheet(_workbook_lines(path))
    if path.stat().st_size > MAX_CSV_BYTES:
        raise TooLarge
    if start.startswith((b"<", b"{", b"[{", b"%PDF")):
        raise NotATable  # "Excel" downloads of many web shops are HTML
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    return _sheet(_csv_lines(path, encoding, delimiter), encoding=encoding, delimiter=delimiter)


def rows(path: Path, sheet: Sheet) -> Iterator[Numbered]:
    """Every row with something in it, as wide as the columns, with its line in the file."""
    width = len(sheet.columns)
    lines = _csv_lines(path, sheet.encoding, sheet.delimiter) if sheet.delimiter else _workbook_lines(path)
    for line, cells in lines:
        if line >= sheet.first_line:
            yield line, cells[:width] + [""] * (width - len(cells))


def _sheet(lines: Iterator[Numbered], encoding: str = "", delimiter: str = "") -> Sheet:
    first = list(islice(lines, SAMPLE_ROWS))
    header = _header(first) if first else None
    body = [(line, cells) for line, cells in first if header is None or line > header[0]]
    if not body:
        raise Empty
    if header is None:
        widest = max(_filled(cells) for _, cells in body)
        body = body[next(i for i, (_, cells) in enumerate(body) if 2 * _filled(cells) >= widest) :]
    names = header[1] if header else []
    width = max(_width(cells) for cells in (names, *(cells for _, cells in body)))
    names = [" ".join(name.split()) for name in names[:width] + [""] * (width - len(names))]
    return Sheet(
        columns=[name or str(number) for number, name in enumerate(names, 1)],
        first_line=header[0] + 1 if header else body[0][0],
        sample=[cells[:width] + [""] * (width - len(cells)) for _, cells in body],
        encoding=encoding,
        delimiter=delimiter,
    )


def _header(first: list[Numbered]) -> Numbered | None:
    """The first row of words that fills most columns, with only emptier rows (titles) above it."""
    typical = Counter(_filled(cells) for _, cells in first).most_common(1)[0][0]
    fullest_above = 0
    for line, cells in first:
        filled = _filled(cells)
        if any(_is_data(cell) for cell in cells):
            if filled * 4 > typical * 3:
                return None
        elif filled > fullest_above and filled * 2 > typical:
            return line, cells
        fullest_above = max(fullest_above, filled)
    return None


def _is_data(cell: str) -> bool:
    return "@" in cell or (sum(map(str.isdecimal, cell)) >= DIGITS_IN_DATA and not LETTER.search(cell))


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _width(cells: list[str]) -> int:
    return max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _encoding(path: Path) -> str:
    """Reads the whole file, because the first ñ of a Windows-1252 file may be in its last row."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(2) in UTF_16:
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(CHUNK_BYTES):
                if b"\0" in chunk:
                    raise NotATable
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE_CHARACTERS)
    if chosen := CHOSEN_DELIMITER.match(sample):
        return chosen[1]
    if len(sample) == SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample

    def regularity(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(cells) for _, cells in _parsed(io.StringIO(sample, newline=""), delimiter))
        except UnclosedQuote:
            return 0, 0
        width, rows = widths.most_common(1)[0] if widths else (0, 0)
        return (rows / widths.total(), width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=regularity)


def _csv_lines(path: Path, encoding: str, delimiter: str) -> Iterator[Numbered]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from _parsed(file, delimiter)


def _parsed(file: io.TextIOBase, delimiter: str) -> Iterator[Numbered]:
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if reader.line_num - line > LONGEST_ROW:
                raise UnclosedQuote(line=line)
            if "".join(cells).strip():
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise UnclosedQuote(line=line) from None


def _unpacked_bytes(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        return path.stat().st_size  # an .xls, or broken: the reader will say so


def _workbook_lines(path: Path) -> Iterator[Numbered]:
    """The first visible sheet that holds something."""
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            for tab in workbook.sheets_metadata:
                if tab.typ is SheetTypeEnum.WorkSheet and tab.visible is SheetVisibleEnum.Visible:
                    sheet = workbook.get_sheet_by_name(tab.name)
                    if sheet.height:
                        break
            else:
                return
            for line, cells in enumerate(sheet.iter_rows(), 1):
                if any(cell != "" for cell in cells):
                    yield line, [_text(cell) for cell in cells]
    except PasswordError:
        raise Protected from None
    except CalamineError:
        raise SpreadsheetError from None


def _text(cell: Cell) -> str:
    match cell:
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time.min:
            return cell.date().isoformat()
        case dt.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
