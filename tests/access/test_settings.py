"""Settings: the workspace, one's own account, the language of the browser; and who may open which door."""

from __future__ import annotations

from tests.conftest import PASSWORD, Person, page_of, text_of

WORKSPACE = {"name": "Casa Olmo", "country": "MX", "time_zone": "America/Mexico_City", "language": "es"}


async def wish(person: Person, **changed: object) -> dict[str, object]:
    """What the form holds, its address included."""
    field = page_of(await person.get("/settings/workspace")).css_first("input[name=slug]")
    assert field is not None
    return {**WORKSPACE, "slug": field.attributes["value"] or "", "languages": ["es"], **changed}


async def doors(person: Person) -> set[str]:
    return {link.attributes["href"] or "" for link in page_of(await person.get("/settings")).css(".doors a")}


async def sign_in_with(email: str, password: str) -> int:
    browser = Person(email)
    await browser.get("/sign-in")
    return (await browser.post("/sign-in", {"email": email, "password": password})).status_code


async def test_each_role_sees_the_doors_it_may_open(owner: Person, agent: Person) -> None:
    assert {"/settings/workspace", "/settings/api-tokens", "/account", "/settings/quick-replies"} <= await doors(owner)
    seen = await doors(agent)
    assert {"/account", "/settings/quick-replies"} <= seen
    assert not seen & {"/settings/workspace", "/settings/api-tokens", "/numbers"}


async def test_the_workspace_is_changed(owner: Person) -> None:
    answer = await owner.put("/settings/workspace", await wish(owner))
    assert answer.status_code == 200
    page = page_of(await owner.get("/settings/workspace"))
    chosen = {option.attributes["value"] for option in page.css("option[selected]")}
    assert chosen == {"MX", "America/Mexico_City", "es"}
    assert text_of(await owner.get("/settings"), ".member .muted") == "Casa Olmo"


async def test_a_time_zone_that_is_no_place_is_refused_beside_its_field(owner: Person) -> None:
    answer = await owner.put("/settings/workspace", await wish(owner, time_zone="../etc/passwd", name=""))
    assert answer.status_code == 422
    assert page_of(answer).css_first("#name-error") is not None
    answer = await owner.put("/settings/workspace", await wish(owner, time_zone="../etc/passwd"))
    assert page_of(answer).css_first("#time_zone-error") is not None
    assert (await owner.get("/dashboard")).status_code == 200


async def test_a_new_address_is_warned_about_and_then_kept(owner: Person) -> None:
    answer = await owner.put("/settings/workspace", await wish(owner, slug=f"olmo-{owner.tenant_id}"))
    assert answer.status_code == 422
    assert page_of(answer).css_first("input[name=moves]") is not None
    answer = await owner.put("/settings/workspace", await wish(owner, slug=f"olmo-{owner.tenant_id}", moves="1"))
    assert answer.status_code == 200
    assert (await wish(owner))["slug"] == f"olmo-{owner.tenant_id}"


async def test_an_address_is_of_one_workspace_only(owner: Person, stranger: Person) -> None:
    theirs = (await wish(stranger))["slug"]
    for slug in (theirs, "admin", "Casa Olmo", "x"):
        answer = await owner.put("/settings/workspace", await wish(owner, slug=slug, moves="1"))
        assert answer.status_code == 422, slug
        assert page_of(answer).css_first("#slug-error") is not None


async def test_people_choose_from_the_languages_that_are_offered(owner: Person) -> None:
    await owner.put("/settings/workspace", await wish(owner, languages=["pt-BR"]))
    menu = page_of(await owner.get("/settings")).css("#account [lang]")
    assert [entry.attributes["lang"] for entry in menu] == ["es", "pt-BR"]
    assert (await owner.put("/settings/workspace", await wish(owner, languages=["tlh"]))).status_code == 422
    invited = page_of(await owner.get("/settings/people/invitations/new")).css("[name=language] option")
    assert [option.attributes["value"] for option in invited] == ["es", "pt-BR"]
    assert (await owner.put("/account", {"name": "Ana Olmo", "language": "id"})).status_code == 422
    assert (await owner.put("/account", {"name": "Ana Olmo", "language": "pt-BR"})).status_code == 303
    await owner.put("/settings/workspace", await wish(owner, languages=["en"]))
    theirs = page_of(await owner.get("/account")).css("[name=language] option")
    assert [option.attributes["value"] for option in theirs] == ["es", "pt-BR", "en"]
    assert (await owner.put("/account", {"name": "Ana O.", "language": "pt-BR"})).status_code == 303


async def test_only_who_manages_the_workspace_changes_it(owner: Person, agent: Person) -> None:
    assert (await agent.get("/settings/workspace")).status_code == 403
    assert (await agent.put("/settings/workspace", WORKSPACE)).status_code == 403


async def test_somebody_changes_their_name_and_language(agent: Person) -> None:
    assert (await agent.put("/account", {"name": "Beto Ruiz Gil", "language": "pt-BR"})).status_code == 303
    page = await agent.get("/account")
    assert page_of(page).css_first("html").attributes["lang"] == "pt-BR"  # type: ignore[union-attr]
    assert text_of(page, ".member strong") == "Beto Ruiz Gil"
    assert (await agent.put("/account", {"name": "Beto", "language": "xx"})).status_code == 422


async def test_a_new_password_ends_the_sessions_elsewhere(owner: Person) -> None:
    elsewhere = await Person(owner.email, owner.tenant_id, owner.user_id).sign_in()
    wish = {"password": PASSWORD, "new_password": "otra grapa correcta"}
    assert (await owner.put("/account/password", wish)).status_code == 200
    assert (await owner.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
    assert await sign_in_with(owner.email, PASSWORD) == 422
    assert await sign_in_with(owner.email, "otra grapa correcta") == 303


async def test_a_wrong_or_short_password_changes_nothing(owner: Person) -> None:
    wrong = await owner.put("/account/password", {"password": "no era esta", "new_password": "otra grapa correcta"})
    short = await owner.put("/account/password", {"password": PASSWORD, "new_password": "corta"})
    assert (wrong.status_code, short.status_code) == (422, 422)
    assert page_of(wrong).css_first("#password-error") is not None
    assert page_of(short).css_first("#new_password-error") is not None
    assert await sign_in_with(owner.email, PASSWORD) == 303


async def test_anybody_chooses_the_language_of_their_browser(nobody: Person) -> None:
    await nobody.get("/sign-in")
    answer = await nobody.post("/language/en")
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    assert text_of(await nobody.get("/sign-in"), "h1") == "Messages are waiting for you"
    assert (await nobody.post("/language/tlh")).status_code == 404


async def test_signed_out_people_are_sent_to_sign_in(nobody: Person) -> None:
    for path in ("/settings", "/settings/workspace", "/account", "/settings/api-tokens"):
        assert (await nobody.get(path)).headers["location"].startswith("/sign-in?to=")
