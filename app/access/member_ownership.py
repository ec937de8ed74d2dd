"""Handing a workspace over: from its owner to somebody who works in it, with the password asked again."""

from __future__ import annotations

import msgspec

from app.access.member import CHANGED, TOPIC, Member, Untouchable
from app.access.viewer import Viewer
from app.accounts import letter, link, signing_in
from app.accounts.letter import Letter
from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

q = statements("members")

RECEIVED = Letter(
    N_("%(workspace)s is yours now"),
    (
        N_("Hello %(name)s,"),
        N_("%(giver)s has handed the workspace %(workspace)s over to you. From now on you are its owner."),
        N_("The owner answers for it: only you can take its data out, delete it, or hand it on."),
    ),
    N_("Open the workspace"),
)
GIVEN = Letter(
    N_("%(workspace)s has a new owner"),
    (
        N_("Hello %(name)s,"),
        N_("You have handed the workspace %(workspace)s over to %(heir)s. You stay in it as an administrator."),
        N_("If that was not you, write to %(heir)s at once."),
    ),
    N_("See who works there"),
)


class Wish(msgspec.Struct, frozen=True):
    password: str


class NotTheOwner(Untouchable):
    """An administrator may do a lot, but not this; nor may a program, or somebody who works in the owner's name."""

    message = N_("Only the owner hands the workspace over, in person.")


class CannotInherit(Exception):
    """Themselves, or somebody who is not in any more."""

    message = N_("The workspace can only go to somebody else who is active in it.")


async def hand_over(db: Db, heir: Member, wish: Wish, *, by: Viewer) -> None:
    """Both are told by mail. Raises NotTheOwner, CannotInherit, WrongPassword or TooMany."""
    if not by.owner or by.token or by.impersonator:
        raise NotTheOwner
    await signing_in.prove_again(by.id, by.email, wish.password)
    if not await db.value(q.hand_over, heir=heir.id):
        raise CannotInherit
    facts = {"workspace": by.tenant_name, "giver": by.name, "heir": heir.name}
    await letter.post(db, heir.email, heir.language, RECEIVED, url=link.url("/"), name=heir.name, **facts)
    await letter.post(db, by.email, by.language, GIVEN, url=link.url("/settings/people"), name=by.name, **facts)
    for person_id in (heir.id, by.id):
        await live.announce(db, live.of_member(person_id), live.RIGHTS_CHANGED)
    await live.announce(db, TOPIC, CHANGED)
