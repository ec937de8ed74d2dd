"""The text of a template and its variables, {{1}} or {{first_name}}."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
RUN_OF_SPACES = re.compile(r" {5,}")


def variables(text: str) -> list[str]:
    """The names between double braces, in the order in which they first appear."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def is_named(text: str) -> bool:
    """Whether the variables have names; a template without variables counts as positional."""
    return any(not name.isdecimal() for name in variables(text))


def by_number(name: str) -> tuple[int, str]:
    """A sort key that puts {{10}} after {{9}}: Meta takes positional values in the order of their numbers."""
    return (int(name), "") if name.isdecimal() else (0, name)


def in_order(text: str) -> list[str]:
    """The variables in the order in which values are sent: by number, or as they appear when they have names."""
    names = variables(text)
    return names if is_named(text) else sorted(names, key=by_number)


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; one without a value stays as it is written."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def one_line(value: str) -> str:
    """A value as a template can carry it: no line breaks, no tabs, never more than four spaces in a row."""
    return RUN_OF_SPACES.sub("    ", " ".join(value.replace("\t", " ").splitlines())).strip()
