"""Webhooks that are odd, broken, unknown or large: nothing is lost, and nothing hides its neighbours."""

import json
import time

import pytest

from app.whatsapp.incoming import updates
from app.whatsapp.updates import (
    BrokenUpdate,
    Person,
    StatusUpdate,
    UnknownUpdate,
)
from tests.whatsapp.webhooks import NOON_SECONDS, of_number, only


@pytest.mark.parametrize("field", ["flows", "calls", "history", "smb_app_state_sync", "partner_solutions", "news_of_2027"])
def test_a_field_that_nobody_knows_is_kept(field):
    update = only(of_number(field, anything=[1]))
    assert isinstance(update, UnknownUpdate)
    assert (update.field, update.waba_id, update.phone_number_id, update.raw["anything"]) == (field, "777", "555", [1])


def test_errors_and_clicks_without_a_message_are_kept():
    assert only(of_number(errors=[{"code": 131000}])).raw["errors"] == [{"code": 131000}]
    assert only(of_number(user_actions=[{"action_type": "marketing_messages_link_click"}])).field == "messages"


def test_one_broken_element_does_not_hide_its_neighbours():
    good = {"id": "w", "status": "sent", "timestamp": NOON_SECONDS}
    broken = [{"status": "sent"}, None, {"id": "w", "status": "sent", "timestamp": "soon"}, 7]
    found = list(updates(of_number(statuses=[good, *broken, good], messages=[{"id": 1}, "x"])))
    assert sum(isinstance(update, StatusUpdate) for update in found) == 2
    assert sum(isinstance(update, BrokenUpdate) for update in found) == 6
    assert json.loads(found[3].raw) == {"status": "sent"}


def test_broken_changes_and_entries_do_not_hide_their_neighbours():
    good = json.loads(of_number(statuses=[{"id": "w", "status": "sent", "timestamp": NOON_SECONDS}]))["entry"][0]
    entries = [7, {"changes": 3}, {"id": "1", "changes": [1, {"field": "messages"}, {"field": "account_update", "value": []}]}]
    found = list(updates(json.dumps({"entry": [*entries, good]}).encode()))
    assert [type(update).__name__ for update in found] == ["BrokenUpdate"] * 5 + ["StatusUpdate"]


def test_an_odd_contact_does_not_cost_the_message():
    message = {"from": "5", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "x"}}
    assert only(of_number(contacts=[None, {"profile": 3, "wa_id": "5"}], messages=[message])).sender == Person("5")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"entry": 5}', b"[" * 5000, b"\xff"])
def test_a_body_that_is_no_webhook(body):
    assert isinstance(only(body), BrokenUpdate)


def test_characters_that_postgres_cannot_store_are_removed():
    body = of_number(messages=[{"from": "5", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "TEXT"}}])
    for written, read in [
        (rb"a\u0000b", "ab"),
        (rb"a\\u0000b", r"a\u0000b"),
        (rb"a\\\u0000\u0000b", "a\\b"),
        (rb"a\ud83db", "a?b"),
        (b"a\xffb", "a\ufffdb"),
        (rb"\ud83d\ude00", "😀"),
    ]:
        assert only(body.replace(b"TEXT", written)).text == read


def test_a_thousand_statuses_are_read_in_no_time():
    status = {"id": "wamid.S", "status": "read", "timestamp": NOON_SECONDS, "recipient_id": "5491150001111"}
    body = of_number(statuses=[status | {"biz_opaque_callback_data": str(place)} for place in range(1000)])
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        assert len(list(updates(body))) == 1000
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.03
