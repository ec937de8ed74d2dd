"""Fills the demo workspace: once, step by step, so that a run that was cut off is finished by the next one."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
from base64 import urlsafe_b64encode

import msgspec
from psycopg.types.json import Jsonb

from app.access import api_token
from app.access.viewer import Viewer, by_account
from app.accounts import account
from app.contacts import consent, identities
from app.contacts.consent import Said
from app.contacts.identities import Sender
from app.core.db import Db, NotFound, Tenant, platform_tx
from app.core.live import announce
from app.core.secrets import digest
from app.core.statements import statements
from app.demo import company, past, talks
from app.demo.story import LANGUAGE, Person, people, story
from app.message_templates import message_template
from app.numbers import credentials as vault
from app.numbers import phone_number, simulated
from app.numbers.provider import provider
from app.settings import settings
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError
from app.whatsapp.template_draft import definition

SEED = 41  # the shop's house number: every demo has the same people
KNOWN_PASSWORD = "recado-demo"  # noqa: S105 - in development anybody may look
TOKEN_NAME = "Demo"  # noqa: S105 - what the list of tokens calls it

q = statements("demo")
_one_at_a_time = asyncio.Lock()


class Demo(msgspec.Struct, frozen=True):
    """How to get in."""

    url: str
    workspace: str
    email: str
    password: str
    token: str


async def fill() -> Demo:
    """The same answer each time; what is there already stays as it is."""
    async with _one_at_a_time:
        owner = await _people()
        number_id = await _number(owner)
        async with owner.tx() as db:
            await db.run(q.lock)
            if not await db.value(q.is_told):
                await _tell(db, owner, number_id)
        await _show_templates_to_the_simulator(owner, number_id)
    return Demo(settings().public_url, owner.tenant_name, owner.email, _password(), _token())


async def fill_for_sign_in() -> str:
    return (await fill()).email


def _derived(what: str) -> str:
    """The same on each run of this installation, and for nobody else to guess."""
    made = hmac.new(settings().secret_key.encode(), f"demo {what}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def _password() -> str:
    return _derived("password")[:20] if settings().production else KNOWN_PASSWORD


def _token() -> str:
    return api_token.PREFIX + _derived("token")


async def _people() -> Viewer:
    """The owner; the colleagues and the API token come with the workspace."""
    told = story()
    owner = told.colleagues[0]
    async with platform_tx() as db:
        try:
            return await by_account(db, owner.email)
        except NotFound:
            wish = account.SignUp(told.workspace, owner.name, owner.email, _password())
            made = await account.sign_up(db, wish, language=LANGUAGE)
        for colleague in told.colleagues[1:]:
            who = {"name": colleague.name, "email": colleague.email, "title": colleague.title}
            await db.run(q.colleague, tenant=made.tenant, like=made.member, preset=company.preset_of(colleague.role), **who)
        viewer = await by_account(db, owner.email)
    async with viewer.tx() as db:
        await api_token.create(db, api_token.Wish(TOKEN_NAME), user_id=viewer.id, token=_token())
    return viewer


async def _number(owner: Viewer) -> int:
    """A simulated one where the simulator answers, else one to look at."""
    tenant = Tenant(owner.tenant_id)
    async with tenant.tx() as db:
        if numbers := await phone_number.all(db):
            return numbers[0].id
    if await simulated.is_there():
        try:
            return (await phone_number.connect(tenant, await simulated.make(story().number))).id
        except (NotSent, OutcomeUnknown):
            pass
    digits = int.from_bytes(digest(_derived("number"))[:6]) + owner.tenant_id
    keys = Credentials(access_token="demo", app_secret="demo", phone_number_id=f"10{digits}", waba_id=f"20{digits}")  # noqa: S106
    sealed = vault.sealed(tenant.id, keys)
    async with tenant.tx() as db:
        made: int = await db.value(q.made_up_number, name=story().number, **{
            name: getattr(sealed, name) for name in ("waba_id", "phone_number_id", "access_token", "app_secret")})  # fmt: skip
        return made


async def _tell(db: Db, owner: Viewer, number_id: int) -> None:
    told, chance = story(), random.Random(SEED)  # noqa: S311 - nothing secret
    await db.run(q.labels, names=[label.name for label in told.labels], tones=[label.tone for label in told.labels])
    await db.run(q.quick_replies, **{f"{part}": [getattr(reply, name) for reply in told.quick_replies] for part, name in (
        ("shortcuts", "shortcut"), ("categories", "category"), ("bodies", "body"))})  # fmt: skip
    members = {row["email"].partition("@")[0]: row["id"] for row in await db.rows(q.members)}
    teams = await company.tell(db, owner, members)
    await _templates(db, number_id)
    contacts = await _contacts(db, people(chance), chance)
    talking = await talks.tell(db, number_id, contacts, members=members, teams=teams)
    quiet = [contact_id for contact_id in contacts.values() if contact_id not in talking]
    await past.tell(db, number_id, quiet, company.seats(teams, members), chance=chance)
    await db.run(q.settle_conversations)
    for topic in ("inbox", "contacts", "campaigns", "message_templates", "dashboard", "teams", "members", "roles"):
        await announce(db, topic, f"{topic}_changed")


async def _contacts(db: Db, crowd: list[Person], chance: random.Random) -> dict[str, int]:
    """Name to id."""
    ids = await identities.resolve(db, [Sender(phone=each.phone, wa_id=each.phone[1:], name=each.name) for each in crowd])
    described = [
        {
            "id": contact_id,
            "email": each.email,
            "company": each.company,
            "variables": each.variables,
            "days": chance.randrange(61, 400),
        }
        for contact_id, each in zip(ids, crowd, strict=True)
    ]
    await db.run(q.describe_people, people=Jsonb(described))
    names = [label.name for label in story().labels]
    labelled = [
        (contact_id, chance.choice(names))
        for contact_id in ids[len(story().conversations) :]
        for _ in range(chance.choice((0, 0, 1, 1, 2)))
    ]
    await db.run(q.label_people, contact_ids=[pair[0] for pair in labelled], names=[pair[1] for pair in labelled])
    leavers = chance.sample(ids[40:], 9)
    await consent.opt_out(db, [Said(leaver, text="BAJA") for leaver in leavers], "keyword")
    return dict(zip((each.name for each in crowd), ids, strict=True))


async def _templates(db: Db, number_id: int) -> None:
    rows = []
    for template in story().templates:
        draft = message_template.columns(template.draft)
        rows.append({name: getattr(value, "obj", value) for name, value in draft.items()} | {"status": template.status})
    waba = (await phone_number.find(db, number_id)).waba
    await db.run(q.templates, waba=waba, templates=Jsonb(msgspec.to_builtins(rows)))


async def _show_templates_to_the_simulator(owner: Viewer, number_id: int) -> None:
    """It forgets them when it stops, and would refuse to send them."""
    if not await simulated.is_there():
        return
    tenant = Tenant(owner.tenant_id)
    async with tenant.tx() as db:
        keys = await vault.of_number(db, number_id)
        ours = {row["name"]: row["id"] for row in await db.rows(q.template_ids)}
    try:
        known = {template.name for template in await provider().templates(keys)}
        for template in story().templates:
            if template.name in ours and template.name not in known:
                made = await provider().create_template(keys, definition(template.draft))
                async with tenant.tx() as db:
                    await db.run(q.name_template, id=ours[template.name], provider_id=made.id, status=template.status)
    except (ProviderError, NotSent, OutcomeUnknown):
        return
