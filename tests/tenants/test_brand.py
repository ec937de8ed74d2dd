"""A workspace's own look: colours that stay legible, a logo that is really a picture, and who sees it."""

from __future__ import annotations

import struct
import zlib

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app.access import workspace_letters
from app.accounts import letter
from app.tenants import brand, logo
from tests.conftest import BASE, Person, page_of, text_of

PAGE = "/settings/workspace/brand"


def a_png(width: int = 120, height: int = 60) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x1e\x6f\x5c" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc2\x00\x11\x08\x00\x40\x00\x80\x03\1\x22\0\2\x11\1\3\x11\1"
WEBP_LOSSY = b"RIFF\x1a\0\0\0WEBPVP8 \x0e\0\0\0\x30\1\0\x9d\1\x2a\x80\0\x40\0"
WEBP_ALPHA = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x7f\0\0\x3f\0\0"


async def send_logo(person: Person, content: bytes, name: str = "logo.png", mime: str = "image/png") -> int:
    headers = {"x-csrftoken": person.http.cookies.get("csrf") or ""}
    files = {"logo": (name, content, mime)}
    return (await person.http.put("/settings/workspace/logo", files=files, headers=headers)).status_code


@pytest.mark.parametrize(("content", "mime"), [
    (a_png(128, 64), "image/png"), (JPEG, "image/jpeg"), (WEBP_LOSSY, "image/webp"), (WEBP_ALPHA, "image/webp"),
])  # fmt: skip
def test_pictures_are_known_by_their_bytes(content: bytes, mime: str) -> None:
    assert logo.look_at(content) == logo.Picture(mime, 128, 64)


@pytest.mark.parametrize("content", [
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"", JPEG[:20], b"\x89PNG\r\n\x1a\nIHDR",
    a_png(2001, 40), a_png(20, 20), a_png() + bytes(logo.LARGEST),
])  # fmt: skip
def test_what_is_no_fitting_picture_is_refused(content: bytes) -> None:
    with pytest.raises(logo.Unfit):
        logo.look_at(content)


def test_colours_are_read_as_people_write_them() -> None:
    assert [brand.colour(typed) for typed in ("#0A5F66", "0a5f66", "#abc", "")] == ["#0a5f66", "#0a5f66", "#aabbcc", ""]
    with pytest.raises(brand.NoColour):
        brand.colour("petrol")


async def test_colours_are_kept_and_used_on_every_page(owner: Person) -> None:
    answer = await owner.put(PAGE, {"brand": "7e22ce", "accent": "#059669"})
    assert answer.status_code == 303
    page = page_of(await owner.get("/settings"))
    sheets = [link.attributes["href"] or "" for link in page.css("link[rel=stylesheet]")]
    assert any("brand=%237e22ce" in sheet and "accent=%23059669" in sheet for sheet in sheets)


async def test_a_pale_colour_is_said_to_be_shown_darker(owner: Person) -> None:
    page = await owner.partial(f"{PAGE}?look=typed&brand=%23ffe14d&accent=")
    assert "4,5" in text_of(page, "#colours .hint.row") or "4.5" in text_of(page, "#colours .hint.row")
    assert page_of(page).css_first("#brand-error") is None
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select brand_colour from tenants where id = tenant_id()")).fetchone()
    assert row == ("",)


async def test_what_is_no_colour_is_refused_beside_its_field(owner: Person) -> None:
    answer = await owner.put(PAGE, {"brand": "petrol", "accent": ""})
    assert answer.status_code == 422
    assert "#0a5f66" in text_of(answer, "#brand-error")
    assert page_of(answer).css_first("input[name=brand]").attributes["value"] == "petrol"  # type: ignore[union-attr]


async def test_the_logo_stands_in_the_sidebar_of_its_own_people_only(owner: Person, agent: Person, stranger: Person) -> None:
    assert await send_logo(owner, a_png()) == 303
    picture = page_of(await agent.get("/account")).css_first(".sidebar .brand-logo")
    assert picture is not None
    assert page_of(await stranger.get("/account")).css_first(".brand-logo") is None
    shown = await Person().http.get(BASE + (picture.attributes["src"] or ""))
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, a_png(), "image/png")
    assert "immutable" in shown.headers["cache-control"]
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_a_logo_is_found_by_its_whole_address_only(owner: Person) -> None:
    await send_logo(owner, a_png())
    first = page_of(await owner.get("/account")).css_first(".brand-logo").attributes["src"] or ""  # type: ignore[union-attr]
    assert (await owner.get(first[:-1] + ("0" if first[-1] != "0" else "1"))).status_code == 404
    await send_logo(owner, a_png(64, 64))
    second = page_of(await owner.get("/account")).css_first(".brand-logo").attributes["src"] or ""  # type: ignore[union-attr]
    assert first != second
    assert (await owner.get(first)).status_code == 404
    assert (await owner.delete("/settings/workspace/logo")).status_code == 303
    assert (await owner.get(second)).status_code == 404
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select count(*) from files")).fetchone()
    assert row == (0,)


async def test_a_script_is_no_logo(owner: Person, agent: Person) -> None:
    assert await send_logo(owner, b"<svg><script>alert(1)</script></svg>", "logo.svg", "image/svg+xml") == 422
    assert await send_logo(agent, a_png()) == 403


async def test_letters_stand_under_the_workspaces_own_sign(owner: Person) -> None:
    await send_logo(owner, a_png())
    await owner.put(PAGE, {"brand": "#7e22ce", "accent": ""})
    async with owner.tenant.tx() as db:
        head = await brand.letterhead(db)
    _, _, html = letter.written(workspace_letters.READY, "es", head=head, url="https://x", name="Ana", workspace="Casa Olmo")
    page = HTMLParser(html)
    picture = page.css_first(".name img")
    assert picture is not None
    assert (await Person().http.get(picture.attributes["src"] or "")).content == a_png()
    assert picture.attributes["alt"] == "Casa Olmo"
    assert head.night != head.colour
