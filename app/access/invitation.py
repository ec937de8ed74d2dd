"""Invitations: a link by mail lets one person in with the roles that were chosen, once and for a week."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from app.access import member, member_roles, role
from app.access.member import CHANGED, TOPIC, Filter
from app.access.member_roles import NoRole, OutOfReach
from app.access.role import Role
from app.access.viewer import Viewer
from app.accounts import confirmation, letter, link, throttle
from app.accounts.account import Email
from app.accounts.letter import Letter
from app.core import live, mail
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.secrets import digest, new_token
from app.core.statements import statements

LASTS = timedelta(days=7)
MOST_AT_ONCE = 50

LETTER = Letter(
    N_("%(inviter)s invites you to %(workspace)s"),
    (
        N_("Hello,"),
        N_("%(inviter)s would like to work with you in %(workspace)s, which answers its customers on WhatsApp with Recado."),
    ),
    N_("Look at the invitation"),
    (N_("The link works once, for seven days. If you do not know %(inviter)s, do nothing: nobody comes in without it."),),
)
IN_PERSON = (N_("%(inviter)s writes:"), "%(message)s")

MEMBER = N_("Works here already.")
DEACTIVATED = N_("Worked here before. Bring them back from the list of deactivated people.")
NO_ADDRESS = N_("This is not an e-mail address.")
OUT_OF_REACH = N_("Somebody above you has invited them already.")

q = statements("invitations")
members = statements("members")


class Invitation(msgspec.Struct, frozen=True):
    """One that is open; `held` are the keys of the roles that wait for them."""

    id: int
    email: str
    language: str
    message: str
    sent_at: datetime
    expires_at: datetime
    inviter: str
    held: list[str]

    @property
    def expired(self) -> bool:
        return self.expires_at <= now()


class Wish(msgspec.Struct, frozen=True):
    """`emails` as somebody types or pastes them: one or several, with names or without."""

    emails: Annotated[str, Meta(max_length=20_000)]
    language: str
    roles: list[str] = []
    message: Annotated[str, Meta(max_length=1000)] = ""


class Refused(Exception):
    """Some of the addresses cannot be invited: address to sentence. Nobody was."""

    message = N_("Nobody was invited yet: some of these addresses do not work. They are listed below.")

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(len(reasons))
        self.reasons = reasons


class TooMany(Exception):
    """At once, or within an hour."""

    message = N_("At most 50 addresses at once, and 200 in an hour.")


async def search(db: Db, wish: Filter, *, page: str = "") -> Page[Invitation]:
    """In the order of the addresses."""
    email, last = after(page, str, int)
    found = await db.many(q.search, Invitation, role=wish.role, words=wish.q.strip(), last_email=email or "", last=last or 0)
    return page_of(found, lambda each: (each.email, each.id))


async def find(db: Db, invitation_id: int) -> Invitation:
    return await db.one(q.find, Invitation, id=invitation_id)


def addresses(typed: str) -> list[str]:
    """Each once, in small letters: `Ana Olmo <ana@empresa.es>, beto@empresa.es` are two."""
    found: list[str] = []
    for piece in re.split(r"[,;\n]", typed):
        # Where nothing looks like an address, all of it is shown as one that does not work.
        found += [word for word in piece.split() if "@" in word] or [piece]
    return list(dict.fromkeys(each for word in found if (each := word.strip("<>\"' \t\r").lower())))


async def invite(db: Db, wish: Wish, *, by: Viewer) -> list[Invitation]:
    """All of them or nobody. Raises Refused, TooMany, NoRole, OutOfReach, NoSeats, NoMailServer or Unconfirmed."""
    if not mail.is_possible():
        raise mail.NoMailServer
    if by.unconfirmed:
        raise confirmation.Unconfirmed
    known, emails = await role.every(db), addresses(wish.emails)
    if not wish.roles:
        raise NoRole
    if not member_roles.may_give(by, known, wish.roles):
        raise OutOfReach
    if len(emails) > MOST_AT_ONCE:
        raise TooMany
    open_ones = {each.email: each for each in await db.many(q.with_emails, Invitation, emails=emails)}
    if reasons := await _reasons(db, emails) | _above(by, known, open_ones):
        raise Refused({email: reasons[email] for email in emails if email in reasons})
    await member.seats(db, len(set(emails) - {email for email, each in open_ones.items() if not each.expired}))
    await _count(emails, by=by)
    return [await _write(db, email, wish, by=by) for email in emails]


async def _count(emails: list[str], *, by: Viewer) -> None:
    """Letters, not invitations: one that is sent again is a letter as well. Raises TooMany or Refused."""
    if emails and not await throttle.is_free(throttle.invitations(by.tenant_id) * len(emails)):
        raise TooMany
    if often := {email: throttle.TooOften.message for email in emails if not await throttle.is_free(throttle.invited(email))}:
        raise Refused(often)


async def _reasons(db: Db, emails: list[str]) -> dict[str, str]:
    here = {row["email"]: row["deactivated_at"] for row in await db.rows(members.with_emails, emails=emails)}
    wrong = {email: NO_ADDRESS for email in emails if not _is_address(email)}
    return wrong | {email: DEACTIVATED if gone else MEMBER for email, gone in here.items()}


def _above(by: Viewer, known: dict[str, Role], open_ones: dict[str, Invitation]) -> dict[str, str]:
    return {email: OUT_OF_REACH for email, each in open_ones.items() if not in_reach(each, known, by)}


def in_reach(invitation: Invitation, known: dict[str, Role], by: Viewer) -> bool:
    """Whoever could not give these roles leaves the invitation alone."""
    return member_roles.may_give(by, known, (key for key in invitation.held if key in known))


def _is_address(text: str) -> bool:
    try:
        msgspec.convert(text, Email)
    except msgspec.ValidationError:
        return False
    return not set(text) & set('<>()[]"\\:')


async def _write(db: Db, email: str, wish: Wish, *, by: Viewer) -> Invitation:
    token = new_token()
    made = await db.value(
        q.write, email=email, language=wish.language, message=wish.message, token_hash=digest(token), by=by.id, lasts=LASTS
    )
    await db.run(q.drop_roles, id=made)
    await db.run(q.give_roles, id=made, keys=sorted(set(wish.roles)))
    said = msgspec.structs.replace(LETTER, lines=LETTER.lines + (IN_PERSON if wish.message else ()))
    facts = {"inviter": by.name, "workspace": by.tenant_name, "message": wish.message}
    await letter.post(db, email, wish.language, said, url=link.url(f"/invitations/{token}"), **facts)
    await live.announce(db, TOPIC, CHANGED)
    return await find(db, made)


async def send_again(db: Db, invitation: Invitation, *, by: Viewer) -> Invitation:
    """With a new link for another week; the one before ends. Raises what `invite` raises."""
    wish = Wish(invitation.email, invitation.language, invitation.held, invitation.message)
    (sent,) = await invite(db, wish, by=by)
    return sent


async def revoke(db: Db, invitation: Invitation, *, by: Viewer) -> None:
    """The link ends at once. Raises OutOfReach."""
    if not in_reach(invitation, await role.every(db), by):
        raise OutOfReach
    await db.run(q.revoke, id=invitation.id)
    await live.announce(db, TOPIC, CHANGED)
