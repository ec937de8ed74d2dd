"""OWASP's list of secure headers, walked over every kind of answer; and every cookie that we set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app import settings
from tests.accounts.test_signing_in import a_visitor
from tests.conftest import PASSWORD, Person

# https://owasp.org/www-project-secure-headers, without what is a matter of TLS alone.
ALWAYS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-dns-prefetch-control": "off",
}
# What tells an attacker what runs here.
NEVER = ("server", "x-powered-by", "x-aspnet-version", "via", "x-generator", "access-control-allow-origin")
OFF = ("camera", "geolocation", "payment", "usb", "display-capture")


@asynccontextmanager
async def over_tls() -> AsyncIterator[None]:
    """As behind a host that ends TLS: what we are told of ourselves decides."""
    settings.change_environment({"RECADO_PUBLIC_URL": "https://recado.example"})
    try:
        yield
    finally:
        settings.change_environment({"RECADO_PUBLIC_URL": settings_before})


settings_before = settings.settings().public_url


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


async def every_kind(owner: Person, nobody: Person) -> list[httpx.Response]:
    return [
        await nobody.get("/sign-in"), await nobody.get("/inbox"), await nobody.get("/nowhere"), await nobody.get("/health"),
        await nobody.get("/forgot-password"), await nobody.get("/reset-password/nothing"),
        await nobody.get("/static/js/app.js"),
        await owner.get("/account"), await owner.get("/account/two-factor"), await owner.partial("/settings/quick-replies"),
        await owner.delete("/account/sessions/00000000-0000-0000-0000-000000000000"), await owner.post("/account/email"),
        await nobody.get("/api/v1/contacts"), await nobody.get("/api/openapi.json"), await nobody.http.post("/sign-in"),
        await nobody.http.post("/api/v1/auth/token", json={}), await nobody.http.post("/intake/meta", content=b"{}"),
    ]  # fmt: skip


async def test_every_kind_of_answer_has_the_headers(owner: Person, nobody: Person) -> None:
    for answer in await every_kind(owner, nobody):
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, answer.url
        assert not [name for name in NEVER if name in answer.headers], answer.url
        policy, devices = policy_of(answer), answer.headers["permissions-policy"]
        assert (policy["default-src"], policy["base-uri"], policy["object-src"]) == ("'self'", "'none'", "'none'")
        assert (policy["form-action"], policy["frame-ancestors"]) == ("'self'", "'none'")
        assert "unsafe" not in str(policy)
        assert all(f"{device}=()" in devices for device in OFF)
        if not answer.url.path.startswith("/static/"):
            assert answer.headers["cache-control"] == "no-store", answer.url


@pytest.mark.parametrize("tls", [False, True])
async def test_over_tls_browsers_stay_with_it(owner: Person, *, tls: bool) -> None:
    if not tls:
        assert "strict-transport-security" not in (await owner.get("/account")).headers
        return
    async with over_tls():
        answer = await owner.get("/sign-in")
    assert "max-age=63072000" in answer.headers["strict-transport-security"]
    assert "upgrade-insecure-requests" in policy_of(answer)


async def test_every_cookie_keeps_to_its_host_and_from_scripts(owner: Person) -> None:
    visitor = await a_visitor()
    answers = [
        await visitor.post("/sign-in", {"email": owner.email, "password": PASSWORD}), await visitor.post("/language/en"),
        await visitor.get("/account?language=es"), await visitor.post("/sign-out"),
    ]  # fmt: skip
    async with over_tls():
        # What was signed in the open is worth nothing here: the cookies have other names.
        answers.append(await visitor.get("/sign-in?language=es"))
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"recado", "device", "language"}
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags or cookie.startswith(("csrf", "__Host-csrf")), cookie
        assert not [flag for flag in flags if flag.startswith("domain=")], cookie
    tls = [cookie.lower() for cookie in answers[-1].headers.get_list("set-cookie")]
    assert tls
    assert all("; secure" in cookie for cookie in tls if cookie.startswith(("language", "__host-"))), tls
