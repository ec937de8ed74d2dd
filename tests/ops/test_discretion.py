"""No line of the log has a person's number, address or token, whatever went wrong."""

from __future__ import annotations

import io

import pytest
import structlog
from psycopg.errors import UniqueViolation

from app import log
from app.core.discretion import discreet
from app.settings import SettingsError
from tests.conftest import Person

SECRETS = ("611482903", "611 482 903", "lucia@correo", "Lucía", "EAAGsecret", "rcd_abcdefgh", "HBgLMzQ2MTE0ODI5MDM")


@pytest.mark.parametrize(
    "said",
    [
        "no such contact: +34 611 482 903", "to 34611482903", "mail to lucia@correo.example bounced",
        "Authorization: Bearer rcd_abcdefgh123456", "token EAAGsecret123 is over", "wamid.HBgLMzQ2MTE0ODI5MDMVAgARGA==",
        'duplicate key\nDETAIL:  Key (tenant_id, kind, value)=(1, phone, +34611482903) already exists.',
        "Failing row contains (1, 7, Lucía Fernández, lucia@correo.example, null).",
    ],
)  # fmt: skip
def test_what_is_private_is_masked(said: str) -> None:
    assert not [secret for secret in SECRETS if secret in discreet(said)]


def test_what_is_not_private_stays() -> None:
    for said in (
        "campaign 1234567 stopped at 2026-11-21T04:59:30", "/contacts/12345678", "host 127.0.0.1:54321", "lane:12:0",
        "3 of 1,000,000 rows", "0020_ops.sql",
    ):  # fmt: skip
        assert discreet(said) == said


async def test_a_traceback_of_postgres_says_nothing_about_people(owner: Person) -> None:
    written = io.StringIO()
    logger = structlog.wrap_logger(structlog.PrintLogger(written), processors=log.lines(production=True))
    try:
        async with owner.tenant.tx() as db:
            await db.conn.execute("insert into labels (name) values ('Lucía +34611482903'), ('Lucía +34611482903')")
    except UniqueViolation as problem:
        logger.error("request failed", path="/contacts/labels", tenant=owner.tenant_id, exc_info=problem)
    said = written.getvalue()
    assert "UniqueViolation" in said
    assert f'"tenant": {owner.tenant_id}' in said
    assert not [secret for secret in SECRETS if secret in said]


def test_sentry_is_refused_in_a_sentence_where_it_is_not_installed() -> None:
    log.report_to("", "development")
    with pytest.raises(SettingsError, match="pip install sentry-sdk"):
        log.report_to("https://key@sentry.example/1", "development")
