"""The catalogues: every sentence of code and pages in every language's .po file, and how many still have no words."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.core.i18n import LANGUAGES, LOCALE

ROOT = LOCALE.parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
IN_PAGES = {"extensions": "jinja2.ext.do, jinja2.ext.loopcontrols", "newstyle_gettext": "true", "silent": "false"}
# The page of the design's parts is for developers.
NOT_FOR_PEOPLE = [("style.html", "ignore"), ("style/**.html", "ignore")]
HEAD = """\
# Recado in {name}. `./recado translations` keeps the list of sentences.
msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def update() -> dict[str, int]:
    """Brings every catalogue up to date with what is in use. The answer: how many sentences each still misses."""
    used, missing = in_use(), {}
    for code, name in LANGUAGES.items():
        if code != "en":
            catalogue = _merged(used, read(code))
            path_of(code).parent.mkdir(parents=True, exist_ok=True)
            path_of(code).write_bytes(_written(catalogue, name))
            missing[code] = sum(not is_complete(message.string) for message in catalogue if message.id)
    return missing


def in_use() -> Catalog:
    """Every sentence that code or pages mark, with the files it is in."""
    found = Catalog()
    for folder, method, options in (("app", "python", {}), ("templates", "jinja2.ext:babel_extract", IN_PAGES)):
        pattern = "**.py" if method == "python" else "**.html"
        marked = extract_from_dir(
            ROOT / folder, [*NOT_FOR_PEOPLE, (pattern, method)], {pattern: options}, KEYWORDS, directory_filter=_ours
        )
        for file, _, sentence, _, context in marked:
            found.add(sentence, locations=[(f"{folder}/{file}", 0)], context=context)
    return found


def _ours(folder: str) -> bool:
    """The simulator stands alone, its few words included."""
    return Path(folder).name not in ("simulator", "__pycache__", "locale")


def path_of(code: str) -> Path:
    return LOCALE / code.replace("-", "_") / "LC_MESSAGES" / "messages.po"


def read(code: str) -> Catalog:
    """The catalogue as it is kept; an empty one for a language that has none yet."""
    locale = code.replace("-", "_")
    if not path_of(code).exists():
        return Catalog(locale=locale)
    with path_of(code).open("rb") as file:
        return read_po(file, locale=locale)


def is_complete(words: str | tuple[str, ...] | list[str] | None) -> bool:
    """Every plural form counts."""
    return bool(words) and (isinstance(words, str) or all(words or ()))


def _merged(used: Catalog, kept: Catalog) -> Catalog:
    """Sentences that nobody uses any more go; a changed sentence is a new one, never a guess from the old."""
    merged = Catalog(locale=kept.locale)
    for message in used:
        if message.id:
            known = kept.get(message.id, message.context)
            words = known.string if known and not known.fuzzy else ""
            merged.add(message.id, words, locations=message.locations, context=message.context)
    return merged


def _written(catalogue: Catalog, name: str) -> bytes:
    """The head has no date and no tool, a sentence no line number: a file changes only when a sentence does."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, omit_header=True, sort_output=True, include_lineno=False)
    head = HEAD.format(name=name, locale=catalogue.locale, plural_forms=catalogue.plural_forms)
    return head.encode() + out.getvalue()
