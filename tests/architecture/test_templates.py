"""Pages: each compiles, each block that code asks for exists, and nothing in them needs what the content policy forbids."""

from __future__ import annotations

import ast
import re
from functools import cache
from html import unescape

from jinja2 import nodes

from app.core.pages import ROOT, environment
from tests.architecture.house import calls, files, name, nobody

PAGES = {str(path.relative_to(ROOT / "templates")): path.read_text() for path in files("templates", "*.html")}
# Handlers and mail name these only through a variable.
NAMED_ELSEWHERE: set[str] = set()
FORBIDDEN = {
    "an inline style": r"<[^>]*\sstyle\s*=",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=",
    "hx-on, which needs eval": r"hx-on[:\-]",
    "a js: value, which needs eval": r"['\"{]\s*js:",
    "a trigger filter, which needs eval": r"hx-trigger=\"[^\"{]*\[",
    "something from another host": r"<(?:script|link|img|source|iframe)[^>]*(?:src|href)=\"(?:https?:)?//",
}
# Words that are the same in every language, and what is not words.
SAME_EVERYWHERE = {
    "Recado",
    "WhatsApp",
    "WABA",
    "Meta",
    "CSV",
    "Excel",
    "API",
    "ID",
    "Ctrl",
    "Alt",
    "Esc",
    "Enter",
    "Shift",
    "https",
}
# A name on the drawing beside the sign-in form, and what macros put into tags.
SAME_EVERYWHERE |= {"Pilar", "checked", "selected"}
# Blocks in which a page tells its layout something that nobody reads.
SETTINGS_OF_LAYOUTS = {"width", "sidebar", "live"}
# The page of the design's parts is for developers.
FOR_DEVELOPERS = ("style.html", "style/")
NOT_WORDS = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
ATTRIBUTE = re.compile(r"[\w:-]+=\"[^\"]*\"?")
WORDS_IN_ATTRIBUTES = re.compile(r"\b(?:title|alt|placeholder|aria-label|data-confirm|hx-confirm|label)=\"([^\"]*)\"")


@cache
def parsed(page: str) -> nodes.Template:
    return environment().parse(PAGES[page])


def blocks(page: str) -> set[str]:
    """Its own blocks and those of the layouts above it."""
    above = [node.template.value for node in parsed(page).find_all(nodes.Extends) if isinstance(node.template, nodes.Const)]
    return {block.name for block in parsed(page).find_all(nodes.Block)}.union(*(blocks(parent) for parent in above))


def asked_for() -> list[tuple[str, str, str | None]]:
    """(module, page, block) of every call that renders."""
    found = []
    for path in files("app", "*.py"):
        if path.is_relative_to(ROOT / "app" / "simulator"):
            continue
        for call in calls(path, "page", "render"):
            texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if texts and texts[0].endswith(".html"):
                found.append((name(path), texts[0], texts[1] if len(texts) > 1 else None))
    return found


def test_every_page_compiles() -> None:
    for page in PAGES:
        environment().get_template(page)


def test_every_page_and_block_that_is_rendered_exists() -> None:
    offenders = []
    for module, page, block in asked_for():
        if page not in PAGES:
            offenders.append(f"{module}: {page}")
        elif block and block not in blocks(page):
            offenders.append(f"{module}: {page} has no block {block}")
    nobody(offenders, "Rendered, but not there:")


def test_every_template_is_used() -> None:
    modules = [path for path in files("app", "*.py") if path.name != "translations.py"]
    code = "\n".join(path.read_text() for path in modules) + "\n".join(PAGES.values())
    unused = [page for page in PAGES if not page.startswith("ui/") and f'"{page}"' not in code and f"'{page}'" not in code]
    nobody(set(unused) - NAMED_ELSEWHERE, "Nobody renders, extends or includes these:")


def test_every_macro_exists() -> None:
    ui = environment().globals["ui"]
    offenders = [
        f"{page}: ui.{macro}"
        for page, text in PAGES.items()
        for macro in set(re.findall(r"\bui\.(\w+)", text))
        if not hasattr(ui, macro)
    ]
    nobody(offenders, "No such macro in templates/ui:")


def test_every_icon_exists() -> None:
    there = set(re.findall(r"<symbol[^>]*\bid=\"([\w-]+)\"", (ROOT / "static" / "icons.svg").read_text()))
    wanted = {(page, icon) for page, text in PAGES.items() for icon in re.findall(r"ui\.icon\(\s*['\"]([\w-]+)['\"]", text)}
    nobody(
        (f"{page}: {icon}" for page, icon in wanted if icon not in there and f"icon-{icon}" not in there), "Not in the sprite:"
    )


def test_nothing_needs_what_the_content_policy_forbids() -> None:
    offenders = [
        f"{page} has {what}: {found[0][:60]}"
        for page in PAGES
        for what, pattern in FORBIDDEN.items()
        if (found := re.search(pattern, without_code(page), re.IGNORECASE))
    ]
    nobody(offenders, "Strict pages:")


def test_escaping_is_never_switched_off() -> None:
    trusting = re.compile(r"(?<![\"'\s])\s*\|\s*safe\b|autoescape false")
    nobody((page for page, text in PAGES.items() if trusting.search(text)), "These trust what they print:")


@cache
def without_code(page: str) -> str:
    """What a browser would see of it: a dot for each expression, nothing of statements, comments and translated passages."""
    seen, skipping, statement = "", False, ""
    for _, kind, text in environment().lex(PAGES[page]):
        if kind == "data" and not skipping:
            seen += text
        elif kind == "variable_begin":
            seen += "·"
        elif kind == "block_begin":
            statement = ""
        elif kind == "name" and not statement:
            statement = text
            skipping = text == "trans" or (skipping and text not in ("endtrans", "endblock"))
        elif kind == "name" and statement == "block":
            statement, skipping = "named", text in SETTINGS_OF_LAYOUTS
    return seen


def test_everything_that_people_read_can_be_translated() -> None:
    offenders = []
    for page in PAGES:
        if page.startswith(FOR_DEVELOPERS):
            continue
        seen = NOT_WORDS.sub(" ", without_code(page))
        pieces = [piece.partition(">")[2] if ">" in piece else piece for piece in seen.split("<")]
        for piece in (*pieces, *WORDS_IN_ATTRIBUTES.findall(seen)):
            if set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", unescape(ATTRIBUTE.sub(" ", piece)))) - SAME_EVERYWHERE:
                offenders.append(f"{page}: {' '.join(piece.split())[:80]}")
    nobody(offenders, "Visible words outside of _():")
