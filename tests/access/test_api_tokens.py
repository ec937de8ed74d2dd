"""API tokens: made, shown once, used, revoked; by whom."""

from __future__ import annotations

from app.core.secrets import digest
from tests.conftest import Person, page_of, text_of

LIST = "/settings/api-tokens"


async def a_token(person: Person, name: str = "Tienda") -> str:
    return text_of(await person.post(LIST, {"name": name}), "#new-token")


async def test_a_token_is_shown_once_and_kept_hashed(owner: Person) -> None:
    token = await a_token(owner)
    assert token.startswith("rcd_")
    page = await owner.get(LIST)
    assert token not in page.text
    assert text_of(page, "tbody th") == "Tienda"
    assert text_of(page, "tbody code") == "…" + token[-4:]
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select token_hash from api_tokens")).fetchone()
    assert row == (digest(token),)


async def test_a_token_needs_a_name(owner: Person) -> None:
    answer = await owner.post(LIST, {"name": " "})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#name-error") is not None


async def test_a_revoked_token_lets_nobody_in(owner: Person, nobody: Person) -> None:
    token = await a_token(owner)
    head = {"Authorization": f"Bearer {token}"}
    assert (await nobody.get("/api/v1/dashboard", headers=head)).status_code == 200
    path = page_of(await owner.get(LIST)).css_first("[hx-delete]").attributes["hx-delete"]  # type: ignore[union-attr]
    assert (await owner.delete(path or "")).status_code == 303
    assert (await nobody.get("/api/v1/dashboard", headers=head)).status_code == 401
    assert (await owner.delete(path or "")).status_code == 404


async def test_tokens_are_of_one_workspace(owner: Person, stranger: Person) -> None:
    await a_token(owner)
    path = page_of(await owner.get(LIST)).css_first("[hx-delete]").attributes["hx-delete"]  # type: ignore[union-attr]
    assert (await stranger.delete(path or "")).status_code == 404
    assert page_of(await stranger.get(LIST)).css_first("tbody") is None


async def test_agents_make_none(agent: Person) -> None:
    assert (await agent.get(LIST)).status_code == 403
    assert (await agent.post(LIST, {"name": "Tienda"})).status_code == 403
