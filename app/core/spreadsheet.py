"""What a spreadsheet must not take for a formula when it opens a file of ours."""

from __future__ import annotations

import re
from typing import Any

# A telephone number begins with a plus, and is none. OWASP's page on CSV injection has the list.
FORMULA = re.compile(r"^(?:[=\-@\t\r]|\+(?!\d+$))")


def defused(cell: Any) -> Any:
    """Somebody may be called =HYPERLINK(…): with a quote in front it is a text. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
