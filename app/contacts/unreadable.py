"""Why a contact file cannot be read, in sentences for the person who uploaded it."""

from __future__ import annotations

from app.core.i18n import N_


class SpreadsheetError(Exception):
    """`message` is a sentence to translate, `values` what it mentions."""

    message = N_("This file cannot be read. Save it as CSV or Excel (.xlsx) and upload it again.")

    def __init__(self, **values: int) -> None:
        super().__init__(self.message, values)
        self.values = values


class Empty(SpreadsheetError):
    message = N_("The file has no rows. Check that you chose the right one and that it was saved.")


class NotATable(SpreadsheetError):
    message = N_(
        "This is not a table of contacts. Open it in Excel or Google Sheets, save it as CSV or .xlsx and upload that file."
    )


class Protected(SpreadsheetError):
    message = N_("The file is protected with a password. Save a copy without one and upload the copy.")


class TooLarge(SpreadsheetError):
    message = N_(
        "The file is too large: a CSV may have 500 MB, an Excel file about 250,000 rows. Save it as CSV or split it in two."
    )


class UnclosedQuote(SpreadsheetError):
    message = N_("Line %(line)s opens a quotation mark that is never closed. Close it or delete it, and upload the file again.")
