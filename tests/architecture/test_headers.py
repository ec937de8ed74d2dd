"""What browsers are told with every answer, and how cookies are kept."""

from __future__ import annotations

import httpx

from tests.conftest import PASSWORD, Person, page_of

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def directives(answer: httpx.Response) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))


async def test_every_answer_has_the_headers(owner: Person, nobody: Person) -> None:
    for answer in (
        await nobody.get("/sign-in"), await nobody.get("/inbox"), await nobody.get("/nowhere"), await nobody.get("/health"),
        await owner.get("/settings/quick-replies"), await owner.get("/dashboard"), await nobody.get("/static/js/app.js"),
        await nobody.http.post("/intake/meta", content=b"{}"),
    ):  # fmt: skip
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, answer.url
        policy = directives(answer)
        assert (policy["default-src"], policy["object-src"], policy["frame-ancestors"]) == ("'self'", "'none'", "'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_pages_are_not_kept_and_versioned_files_are(owner: Person) -> None:
    page = await owner.get("/dashboard")
    assert page.headers["cache-control"] == "no-store"
    found = [node.attributes.get("href") or node.attributes.get("src") for node in page_of(page).css("link, script")]
    module = next(path for path in found if path and path.endswith("/app.js"))
    # What a module imports has its version too.
    for path in (*found, module.replace("app.js", "behaviours/menus.js")):
        file = await owner.get(str(path))
        assert file.status_code == 200, path
        assert "immutable" in file.headers["cache-control"], path
    for path in ("/static/js/app.js", "/static/assets/0123456789/app.js"):
        assert (await owner.get(path)).headers["cache-control"] == "no-cache"
    assert (await owner.get(module.replace("app.js", "../../../README.md"))).status_code == 404
    plain, packed = await owner.get(module, headers={"Accept-Encoding": "identity"}), await owner.get(module)
    assert (plain.text, plain.headers.get("content-encoding")) == (packed.text, None)
    assert packed.headers["content-encoding"] == "gzip"


async def test_cookies_are_for_this_site_and_not_for_scripts(owner: Person, nobody: Person) -> None:
    await nobody.get("/sign-in")
    answer = await nobody.post("/sign-in", {"email": owner.email, "password": PASSWORD})
    kept = {cookie.partition("=")[0]: cookie.lower() for cookie in answer.headers.get_list("set-cookie")}
    assert "recado" in kept
    for flag in ("httponly", "samesite=lax", "path=/"):
        assert flag in kept["recado"]
    assert "domain=" not in kept["recado"]


async def test_a_session_ends_with_the_sign_out(owner: Person) -> None:
    token = owner.http.cookies["recado"]
    await owner.post("/sign-out")
    owner.http.cookies.set("recado", token)
    assert (await owner.get("/dashboard")).headers["location"] == "/sign-in?to=%2Fdashboard"
