"""First steps: which are done is read from what is there, so nobody ticks anything and nothing can be out of date."""

from __future__ import annotations

import msgspec

from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

q = statements("first_steps")


class Step(msgspec.Struct, frozen=True):
    """`fact` is the column that says whether it is done; without a permission everybody may do it; without an address it is
    done by mail, and holds nobody up."""

    fact: str
    icon: str
    permission: Permission | None
    title: str
    text: str
    verb: str
    href: str
    optional: bool = False


STEPS = (
    Step("email", "mail", None, N_("Confirm your e-mail"), "", "", ""),
    Step("number", "phone", Permission.CONNECT_NUMBERS, N_("Connect a WhatsApp number"),
         N_("Your own from Meta, or a simulated one to try everything first."), N_("Connect a number"), "/numbers/new"),
    Step("template", "template", Permission.EDIT_TEMPLATES, N_("Have a template approved"),
         N_("What you send to many people is reviewed by WhatsApp first, usually within minutes."), N_("Write a template"),
         "/message-templates/new"),
    Step("contacts", "users", Permission.IMPORT_CONTACTS, N_("Bring in your contacts"),
         N_("From a CSV or Excel file, with one person per row."), N_("Import a file"), "/contacts/imports/new"),
    Step("message", "send", Permission.SEND_TEMPLATES, N_("Send yourself a message"),
         N_("Add your own telephone as a contact and see how it arrives."), N_("Write a message"), "/inbox/new"),
    Step("colleague", "user-plus", Permission.INVITE_MEMBERS, N_("Invite a colleague"),
         N_("Each with a role that says what they may do."), N_("Invite somebody"),
         "/settings/people/invitations/new", optional=True),
    Step("campaign", "megaphone", Permission.SEND_CAMPAIGNS, N_("Send your first campaign"),
         N_("Choose a template and the people, see what each of them will read, and send it."), N_("New campaign"),
         "/campaigns/new"),
)  # fmt: skip


class Facts(msgspec.Struct, frozen=True):
    email: bool
    number: bool
    template: bool
    template_waits: bool
    contacts: bool
    message: bool
    colleague: bool
    campaign: bool
    dismissed: bool


class Progress(msgspec.Struct, frozen=True):
    """The steps that this person may do, and how far the workspace has come with them."""

    steps: list[Step]
    facts: Facts

    def is_done(self, step: Step) -> bool:
        return bool(getattr(self.facts, step.fact))

    @property
    def done(self) -> int:
        return sum(map(self.is_done, self.steps))

    @property
    def next(self) -> Step | None:
        """The first that is still to do here."""
        return next((step for step in self.steps if step.href and not step.optional and not self.is_done(step)), None)


async def progress(db: Db, viewer: Viewer) -> Progress:
    may = [step for step in STEPS if step.permission is None or viewer.can(step.permission)]
    return Progress(may, await db.one(q.facts, Facts))


async def dismiss(db: Db, *, dismissed: bool) -> None:
    """For everybody of the workspace."""
    await db.run(q.dismiss, dismissed=dismissed)
