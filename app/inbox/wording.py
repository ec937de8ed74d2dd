"""The text of a message as WhatsApp shows it: bold, italics, links; safe to put on a page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w/])_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"<em>\1</em>"),
    (re.compile(r"(?<!\w)~(?=\S)([^~\n]+?)(?<=\S)~(?!\w)"), r"<s>\1</s>"),
)
LINK = re.compile(r"https?://[^\s<>&]+(?:&amp;[^\s<>&]+)*[^\s<>&.,;:!?)\]'\"]")


def marked(text: str) -> Markup:
    """Marks inside an address stay as they are, or the link would break."""
    html = str(escape(text))
    parts, end = [], 0
    for link in LINK.finditer(html):
        anchor = f'<a href="{link[0]}" target="_blank" rel="noopener noreferrer">{link[0]}</a>'
        parts += [_with_marks(html[end : link.start()]), anchor]
        end = link.end()
    return Markup("".join([*parts, _with_marks(html[end:])]))  # noqa: S704 - escaped above


def _with_marks(html: str) -> str:
    for mark, tags in MARKS:
        html = mark.sub(tags, html)
    return html
