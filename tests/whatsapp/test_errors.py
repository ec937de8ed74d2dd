"""The error table: every documented code has an action, and strangers are parked."""

import hmac
from hashlib import sha256

import pytest

from app.whatsapp.errors import FAILURES, Action, classify
from app.whatsapp.signature import appsecret_proof, valid_signature


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (190, Action.STOP_NUMBER),
        (205, Action.STOP_NUMBER),
        (4, Action.SLOW_NUMBER),
        (80008, Action.SLOW_NUMBER),
        (130429, Action.SLOW_NUMBER),
        (131000, Action.RETRY),
        (131026, Action.FINAL_PERSON),
        (131047, Action.FINAL_MESSAGE),
        (131049, Action.FINAL_MESSAGE),
        (131050, Action.FINAL_PERSON),
        (131056, Action.DELAY_PERSON),
        (132001, Action.STOP_TEMPLATE),
        (132015, Action.STOP_TEMPLATE),
        (132012, Action.FIX),
        (131048, Action.STOP_NUMBER),
        (100, Action.FIX),
    ],
)
def test_a_code_asks_for_an_action(code, action):
    assert classify(code).action is action


@pytest.mark.parametrize("code", [None, 999999, -1])
def test_an_unknown_code_is_parked(code):
    failure = classify(code)
    assert (failure.code, failure.action, failure.confirmed) == (code, Action.FIX, False)


def test_an_id_that_is_hidden_from_the_token_is_told_by_the_subcode():
    assert classify(100, 33).action is Action.STOP_NUMBER
    assert classify(100, 2388299).title == "The template begins or ends with a variable"
    assert classify(100, 1234567).code == 100


def test_only_refusals_before_the_work_are_safe_to_repeat():
    assert {code for code, failure in FAILURES.items() if not failure.safe_to_repeat} == {1, 2, 131000, 131016, 133004}


def test_every_row_speaks_to_people():
    for failure in FAILURES.values():
        assert failure.title[0].isupper()
        assert not failure.title.endswith(".")
        assert failure.advice.endswith(".")
        assert "!" not in failure.title + failure.advice


def test_a_signature_by_the_old_or_the_new_secret_is_valid():
    body = '{"text":"ñ"}'.encode()
    header = "sha256=" + hmac.new(b"new", body, sha256).hexdigest()
    assert valid_signature(body, header, ["old", "new"])
    assert not valid_signature(body, header, ["old"])
    assert not valid_signature(body + b" ", header, ["new"])
    for missing in (None, "", "sha256=", "sha256=ñ", header.removeprefix("sha256=")):
        assert not valid_signature(body, missing, ["new", ""])
    assert not valid_signature(body, "sha256=" + hmac.new(b"", body, sha256).hexdigest(), [""])


def test_the_proof_is_the_token_signed_with_the_secret():
    assert appsecret_proof("token", "secret") == "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a"
