"""The house under test: real Postgres, real HTTP, the simulator, a worker; and the people who use it.

Every test signs up workspaces of its own, so tests need no clean-up and run in any order.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
import uvloop
from argon2 import PasswordHasher
from psycopg import AsyncConnection
from selectolax.lexbor import LexborHTMLParser as HTMLParser

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

HOME = Path(tempfile.mkdtemp(prefix="recado-test-"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PORT, SIMULATOR_PORT = free_port(), free_port()
for name in [name for name in os.environ if name.startswith(("RECADO_", "META_"))]:
    del os.environ[name]
os.environ |= {
    "RECADO_HOME": str(HOME), "PORT": str(PORT), "META_GRAPH_URL": f"http://127.0.0.1:{SIMULATOR_PORT}",
}  # fmt: skip
os.environ.pop("DATABASE_URL", None)
# Nobody here speaks TLS, and reading the world's authorities takes 27 ms for each of a thousand clients.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(HOME)

from app import check, log, serve, user_command, worker  # noqa: E402
from app.access import api_token  # noqa: E402
from app.accounts import account, session, totp, two_factor  # noqa: E402
from app.core import db, embedded, jobs  # noqa: E402
from app.core.db import Tenant, platform_tx  # noqa: E402
from app.core.live import hub  # noqa: E402
from app.core.migrate import migrate  # noqa: E402
from app.numbers import provider  # noqa: E402
from app.ops import job_watch  # noqa: E402
from app.settings import settings  # noqa: E402
from app.simulator.main import application as simulator_application  # noqa: E402

# The product's own lines: structlog's usual ones draw every traceback in boxes, which took a seventh of all the time.
structlog.configure(processors=log.lines(production=False))

# Hourly and nightly jobs would come into the middle of a test once in a while; their tests call them.
_periodic = jobs.app.periodic_registry.periodic_tasks
for _key in [key for key, task in _periodic.items() if not task.cron.startswith("*")]:
    del _periodic[_key]

BASE = f"http://127.0.0.1:{PORT}"
SIMULATOR = f"http://127.0.0.1:{SIMULATOR_PORT}"
PASSWORD = "caballo correcto"
# One try of it costs what a real one costs a hundred times: the cost stands in the hash.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_tokens: list[str] = []
PATIENCE = 15.0  # seconds that `eventually` waits before it fails


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the product runs in: asyncio's own takes twice the time."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium its tests are skipped, except on a build machine, where that would hide them."""
    alone = [item for item in items if item.get_closest_marker("browser")]
    if alone and not check.browser():
        if os.environ.get("CI"):
            raise pytest.UsageError("The browser tests need Chromium, and there is none: apt-get install chromium.")
        for item in alone:
            item.add_marker(pytest.mark.skip("there is no Chromium"))


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[str]:
    """Web, worker and simulator, once for all tests; the URL of the database."""
    server = await asyncio.to_thread(embedded.start, HOME)
    await _without_durability(server.url)
    await migrate(server.url)
    simulator = uvicorn.Server(uvicorn.Config(simulator_application(), port=SIMULATOR_PORT, log_config=None, lifespan="auto"))
    web = serve.web_server(settings())
    async with db.open_pool(server.url):
        listening = serve.listen(PORT)
        tasks = [
            asyncio.create_task(simulator.serve()), asyncio.create_task(web.serve([listening])),
            asyncio.create_task(hub.run(server.url)), asyncio.create_task(worker.run(server.url)),
        ]  # fmt: skip
        await eventually(lambda: web.started and simulator.started)
        yield server.url
        hub.close()
        web.should_exit = simulator.should_exit = True
        await asyncio.wait(tasks[:2], timeout=5)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=5)
        await provider.close()
    await asyncio.to_thread(server.stop)


async def _without_durability(url: str) -> None:
    """What the tests write need not outlive a power cut; half of their time would be waiting for the disk."""
    async with await AsyncConnection.connect(url.replace("recado:@", "postgres:@"), autocommit=True) as conn:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            await conn.execute(f"alter system set {setting} = off")
        await conn.execute("select pg_reload_conf()")


class Person:
    """Somebody with a browser, or with nothing but an address."""

    def __init__(self, email: str = "", tenant_id: int = 0, user_id: int = 0) -> None:
        self.email, self.tenant_id, self.user_id = email, tenant_id, user_id
        self.http = httpx.AsyncClient(base_url=BASE, timeout=20)

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.tenant_id)

    async def sign_in(self) -> Person:
        """With a session of its own. The form is tried in tests/accounts; argon2 takes its time on purpose."""
        async with platform_tx() as door:
            cookie = await session.start(door, account.SignedUp(self.tenant_id, self.user_id))
        self.http.cookies.set(cookie.key, cookie.value or "")
        self.http.cookies.set("csrf", await _csrf())
        return self

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def partial(self, path: str) -> httpx.Response:
        return await self.http.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    async def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        return await self._send("POST", path, data, **options)

    async def put(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        return await self._send("PUT", path, data, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self._send("DELETE", path, None, **options)

    async def _send(self, method: str, path: str, data: dict[str, Any] | None, **options: Any) -> httpx.Response:
        headers = {"x-csrftoken": self.http.cookies.get("csrf") or "", **options.pop("headers", {})}
        return await self.http.request(method, path, data=data, headers=headers, **options)


async def _csrf() -> str:
    """A token as the first page gives it, one for everybody: it is no secret between people, and a page takes its time."""
    if not _tokens:
        async with httpx.AsyncClient(base_url=BASE) as http:
            _tokens.append((await http.get("/sign-in")).cookies["csrf"])
    return _tokens[0]


def page_of(answer: httpx.Response) -> HTMLParser:
    return HTMLParser(answer.text)


def text_of(answer: httpx.Response, selector: str) -> str:
    found = page_of(answer).css_first(selector)
    assert found is not None, f"no {selector} in {answer.text[:2000]}"
    return " ".join(found.text().split())


async def eventually(check: Callable[[], Any | Awaitable[Any]], *, within: float = PATIENCE) -> Any:
    """Waits until the check answers something true, and answers it."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        found = check()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert loop.time() < end, f"not within {within} s; last answer: {found!r}; jobs at work: {dict(job_watch.running)}"
        await asyncio.sleep(0.02)


async def a_workspace(name: str = "Casa Olmo") -> Person:
    """A new company; the answer is its owner, signed in."""
    email = f"ana-{secrets.token_hex(5)}@casaolmo.es"
    async with platform_tx() as door:
        made = await door.one(
            account.q.sign_up, account.SignedUp, workspace=name, slug=f"w-{secrets.token_hex(6)}", country="ES",
            zone="Europe/Madrid", language="es", name="Ana Olmo", email=email, password_hash=PASSWORD_HASH,
        )  # fmt: skip
    return await Person(email, made.tenant, made.member).sign_in()


async def a_colleague(owner: Person, role: str, name: str = "Beto Ruiz") -> Person:
    """Somebody else of the same company, signed in."""
    email = f"{role}-{secrets.token_hex(5)}@casaolmo.es"
    async with platform_tx() as door:
        user = await door.conn.execute(
            "insert into users (name, email, password_hash) select %s, %s, password_hash from users where id = %s returning id",
            (name, email, owner.user_id),
        )
        row = await user.fetchone()
        assert row is not None
        await door.conn.execute(
            "with joined as (insert into memberships (tenant_id, user_id) values (%s, %s))"
            " insert into member_roles (tenant_id, user_id, preset) values (%s, %s, %s)",
            (owner.tenant_id, row[0], owner.tenant_id, row[0], role),
        )
    return await Person(email, owner.tenant_id, row[0]).sign_in()


async def bearer(person: Person) -> dict[str, str]:
    """A token of theirs: programs have no cookie."""
    if not person.user_id:
        return {}
    async with person.tenant.tx() as db:
        token = await api_token.create(db, api_token.Wish("Prueba"), user_id=person.user_id)
    return {"Authorization": f"Bearer {token}"}


def in_english(person: Person) -> Person:
    """For tests that read pages, so that translators may change their words."""
    person.http.cookies.set("language", "en")
    return person


@pytest.fixture
async def owner(house: str) -> Person:
    """Ana, who owns a new workspace."""
    return await a_workspace()


@pytest.fixture
async def agent(owner: Person) -> Person:
    """Beto, an agent of Ana's."""
    return await a_colleague(owner, "agent")


@pytest.fixture
async def stranger(house: str) -> Person:
    """Carla, who owns another workspace."""
    return await a_workspace("Muebles Sur")


async def appointed(person: Person) -> str:
    """They may run the installation; the answer is the secret of their second factor."""
    await user_command.appoint(person.email, super_admin=True)
    made = two_factor.offer(person.user_id)
    async with platform_tx() as door:
        await two_factor.turn_on(door, made, totp.code_at(made.secret, totp.step_now() - 1))
    return made.secret


async def to_the_back_office(person: Person, code: str, **more: str) -> httpx.Response:
    """Through its own door, as everybody."""
    await person.get("/platform/sign-in")
    return await person.post("/platform/sign-in", {"email": person.email, "password": PASSWORD, "code": code} | more)


@pytest.fixture
async def operator(house: str) -> AsyncIterator[Person]:
    """Dora, who runs the installation and is signed in to the back office."""
    dora = await a_workspace("Recado")
    secret = await appointed(dora)
    assert (await to_the_back_office(dora, totp.code_at(secret, totp.step_now()))).status_code == 303
    yield dora
    await user_command.appoint(dora.email, super_admin=False)


@pytest.fixture
async def nobody(house: str) -> Person:
    """Not signed in."""
    return Person()
