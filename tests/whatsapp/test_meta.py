"""Meta's client against a server that answers as Meta documents."""

import hashlib

import pytest

from app.core.outbound import OutcomeUnknown, open_client
from app.whatsapp.contract import CreatedTemplate, Credentials, MediaFile, NumberInfo, Owner, Sent
from app.whatsapp.errors import Action, ProviderError, WrongField
from app.whatsapp.meta.client import Meta
from app.whatsapp.outgoing import text
from tests.whatsapp.listener import HANG_UP, listening

CREDENTIALS = Credentials("EAAtoken", "secret", "555", "777")
HELLO = text("+5491150001111", "hola", callback="c1")


def refused(code, status=400, **more):
    return status, {"error": {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "T"} | more}


@pytest.fixture(scope="module")
async def client():
    async with open_client() as client:
        yield client


async def test_an_accepted_message(client):
    answer = {"contacts": [{"input": "+54", "wa_id": "5491150001111"}], "messages": [{"id": "wamid.1"}]}
    async with listening(lambda _: (200, answer)) as server:
        assert await Meta(client, server.url).send(CREDENTIALS, HELLO) == Sent("wamid.1", "5491150001111")
        [heard] = server.heard
        assert (heard.method, heard.path, heard.body) == ("POST", "/v25.0/555/messages", HELLO)
        assert heard.headers["authorization"] == "Bearer EAAtoken"
        assert heard.headers["content-type"] == "application/json"


async def test_a_message_to_a_user_id_that_is_held_back(client):
    message = {"id": "wamid.2", "message_status": "held_for_quality_assessment"}
    async with listening(lambda _: (200, {"contacts": [{"user_id": "US.1"}], "messages": [message]})) as server:
        assert await Meta(client, server.url).send(CREDENTIALS, HELLO) == Sent("wamid.2", None, "US.1", held=True)


async def test_a_refusal_is_classified_by_its_code_and_not_by_the_status(client):
    answer = refused(130429, 500, error_data={"messaging_product": "whatsapp", "details": "Too fast"})
    async with listening(lambda _: answer) as server:
        with pytest.raises(ProviderError) as error:
            await Meta(client, server.url).send(CREDENTIALS, HELLO)
        assert error.value.failure.action is Action.SLOW_NUMBER
        assert (error.value.detail, error.value.trace) == ("Too fast", "T")


@pytest.mark.parametrize(
    "answer",
    [
        HANG_UP,
        refused(131000, 500),
        refused(2, 503),
        (502, b"<html>Bad gateway</html>"),
        (500, {"error": "?"}),
        (200, b"not json"),
        (200, {"messages": []}),
        (200, {"success": True}),
    ],
)
async def test_a_send_that_may_have_been_accepted(client, answer):
    async with listening(lambda _: answer) as server:
        with pytest.raises(OutcomeUnknown):
            await Meta(client, server.url).send(CREDENTIALS, HELLO)
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        ((429, b"slow down"), Action.SLOW_NUMBER),
        ((403, b"<html>forbidden</html>"), Action.FIX),
        (refused(777777), Action.FIX),
        (refused(100, error_subcode=33), Action.STOP_NUMBER),
    ],
)
async def test_refusals_without_a_familiar_code(client, answer, action):
    async with listening(lambda _: answer) as server:
        with pytest.raises(ProviderError) as error:
            await Meta(client, server.url).send(CREDENTIALS, HELLO)
        assert error.value.failure.action is action


def graph(numbers=("555",), **answers):
    """An account with these numbers; an answer given by path replaces the good one."""
    good = {
        "/v25.0/777/phone_numbers": (200, {"data": [{"id": number} for number in numbers]}),
        "/v25.0/777/subscribed_apps": (200, {"success": True}),
        "/v25.0/555": (200, {"id": "555", "display_phone_number": "+54 9 11", "quality_rating": "GREEN"}),
    }
    good |= {f"/v25.0/{path.strip('_').replace('_', '/', 1)}": answer for path, answer in answers.items()}

    def answer(heard):
        known = good[heard.path]
        return known(heard) if callable(known) else known

    return answer


async def connect(client, url, callback=None):
    return await Meta(client, url).connect(CREDENTIALS, callback=callback, verify_token="v")


async def test_connecting_checks_everything_and_subscribes(client):
    async with listening(graph()) as server:
        assert await connect(client, server.url, "https://us.example/intake/meta") == NumberInfo(
            "555", "+54 9 11", quality="GREEN"
        )
        proof = next(heard.query["appsecret_proof"] for heard in server.heard if "appsecret_proof" in heard.query)
        assert proof == "61b5257ec5c5a53e992ae4d93afa0975e1f1be671788f65a476b0689ad5d5dd5"
        [subscribed] = [heard for heard in server.heard if heard.path.endswith("subscribed_apps")]
        assert subscribed.body == b'{"override_callback_uri":"https://us.example/intake/meta","verify_token":"v"}'


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"_777_phone_numbers": refused(190, 401)}, "access_token"),
        ({"_777_phone_numbers": refused(0, 401)}, "access_token"),
        ({"_777_phone_numbers": refused(100, error_subcode=33)}, "waba_id"),
        ({"_777_phone_numbers": refused(200, 403)}, "waba_id"),
        ({"numbers": ("556", "557")}, "phone_number_id"),
        ({"_555": lambda heard: refused(100) if "appsecret_proof" in heard.query else (200, {"id": "555"})}, "app_secret"),
        ({"_777_subscribed_apps": refused(10, 403)}, "access_token"),
        ({"_777_subscribed_apps": refused(2200)}, "callback"),
    ],
)
async def test_connecting_says_which_field_is_wrong(client, answers, field):
    async with listening(graph(**answers)) as server:
        with pytest.raises(WrongField) as error:
            await connect(client, server.url, "https://us.example")
        assert error.value.field == field
        assert error.value.message.endswith(".")


async def test_a_number_is_found_on_the_second_page(client):
    def pages(heard):
        if heard.query.get("after") == "c1":
            return 200, {"data": [{"id": "555"}], "paging": {"cursors": {"after": "c2"}}}
        return 200, {"data": [{"id": "1"}], "paging": {"cursors": {"after": "c1"}, "next": "https://more"}}

    async with listening(graph(_777_phone_numbers=pages)) as server:
        assert (await connect(client, server.url)).phone_number_id == "555"


async def test_a_number_in_full(client):
    node = {
        "id": "555",
        "display_phone_number": "+54 9 11",
        "verified_name": "Sol",
        "status": "CONNECTED",
        "quality_rating": "NA",
        "throughput": {"level": "HIGH"},
        "whatsapp_business_manager_messaging_limit": "TIER_10K",
        "health_status": {"can_send_message": "LIMITED", "entities": [{"entity_type": "WABA"}]},
    }
    async with listening(lambda _: (200, node)) as server:
        number = await Meta(client, server.url).number(CREDENTIALS)
        assert (number.throughput, number.limit, number.quality, number.can_send) == ("HIGH", "TIER_10K", "UNKNOWN", "LIMITED")
        assert number.health["entities"] == [{"entity_type": "WABA"}]
        assert "throughput" in server.heard[0].query["fields"]


async def test_what_stands_in_a_numbers_way_is_said_in_metas_words(client):
    fault = {"error_code": 141006, "error_description": "There is an error with your payment method.", "possible_solution": "-"}
    entities = [{"entity_type": "PHONE_NUMBER"}, {"entity_type": "WABA", "can_send_message": "BLOCKED", "errors": [fault]}]
    node = {"id": "555", "health_status": {"can_send_message": "BLOCKED", "entities": entities}}
    async with listening(lambda _: (200, node)) as server:
        number = await Meta(client, server.url).number(CREDENTIALS)
        assert (number.can_send, number.obstacle) == ("BLOCKED", "There is an error with your payment method.")


@pytest.mark.parametrize(
    ("answer", "owner"),
    [
        ((200, {"id": "777", "owner_business_info": {"id": "42", "name": "Casa Olmo"}}), Owner("42", "Casa Olmo")),
        ((200, {"id": "777"}), None),
        ((403, {"error": {"code": 200, "message": "no permission"}}), None),
    ],
)
async def test_the_portfolio_of_an_account_is_named_or_not(client, answer, owner):
    async with listening(lambda _: answer) as server:
        assert await Meta(client, server.url).owner(CREDENTIALS) == owner


async def test_files_go_up_and_come_down(client):
    content = bytes(range(256)) * 300

    def answer(heard):
        match heard.method, heard.path:
            case "POST", "/v25.0/555/media":
                return 200, {"id": "m1"}
            case "GET", "/v25.0/m1":
                url, sha256 = f"{server.url}/file", hashlib.sha256(content).hexdigest()
                return 200, {"id": "m1", "url": url, "mime_type": "image/png", "sha256": sha256, "file_size": "76800"}
            case "GET", "/file":
                return 200, content
        return 200, {"success": True}

    async with listening(answer) as server:
        meta = Meta(client, server.url)
        assert await meta.upload(CREDENTIALS, content, mime_type="image/png", filename="a.png") == "m1"
        upload = server.heard[0]
        assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert content in upload.body
        assert b'filename="a.png"' in upload.body
        file = await meta.media(CREDENTIALS, "m1")
        assert file == MediaFile("m1", f"{server.url}/file", "image/png", hashlib.sha256(content).hexdigest(), 76800)
        assert b"".join([piece async for piece in meta.download(CREDENTIALS, file)]) == content
        assert server.heard[-1].headers["authorization"] == "Bearer EAAtoken"
        await meta.delete_media(CREDENTIALS, "m1")
        assert server.heard[-1].method == "DELETE"


async def test_a_file_that_is_gone_or_breaks_off(client):
    answers = iter([(404, b"gone"), b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
    async with listening(lambda _: next(answers)) as server:
        file = MediaFile("m1", f"{server.url}/file", "image/png")
        with pytest.raises(ProviderError):
            [piece async for piece in Meta(client, server.url).download(CREDENTIALS, file)]
        with pytest.raises(OutcomeUnknown):
            [piece async for piece in Meta(client, server.url).download(CREDENTIALS, file)]


async def test_templates_are_listed_over_pages_and_from_the_start_after_a_stale_cursor(client):
    def template(name):
        return {
            "id": "1",
            "name": name,
            "language": "es",
            "status": "APPROVED",
            "category": "UTILITY",
            "rejected_reason": "NONE",
        }

    first = {"data": [template("a")], "paging": {"cursors": {"after": "c1"}, "next": "https://more"}}
    last = {"data": [template("b") | {"quality_score": {"score": "RED"}}], "paging": {"cursors": {"after": "c2"}}}
    answers = iter([(200, first), refused(131059), (200, first), (200, last)])
    async with listening(lambda _: next(answers)) as server:
        found = await Meta(client, server.url).templates(CREDENTIALS)
        assert [(each.name, each.quality, each.rejected_reason) for each in found] == [
            ("a", "UNKNOWN", None),
            ("b", "RED", None),
        ]
        assert [heard.query.get("after") for heard in server.heard] == [None, "c1", None, "c1"]


async def test_templates_are_created_edited_and_deleted(client):
    async with listening(lambda _: (200, {"id": "9", "status": "PENDING", "category": "MARKETING"})) as server:
        meta = Meta(client, server.url)
        assert await meta.create_template(CREDENTIALS, {"name": "a"}) == CreatedTemplate("9", "PENDING", "MARKETING")
        await meta.edit_template(CREDENTIALS, "9", {"components": []})
        await meta.delete_template(CREDENTIALS, "a", template_id="9")
        assert [(heard.method, heard.path, heard.query) for heard in server.heard] == [
            ("POST", "/v25.0/777/message_templates", {}),
            ("POST", "/v25.0/9", {}),
            ("DELETE", "/v25.0/777/message_templates", {"name": "a", "hsm_id": "9"}),
        ]


async def test_a_sample_is_uploaded_in_two_steps(client):
    def answer(heard):
        return (200, {"id": "upload:U1"}) if heard.path == "/v25.0/app/uploads" else (200, {"h": "4::h"})

    async with listening(answer) as server:
        meta = Meta(client, server.url)
        handle = await meta.upload_sample(CREDENTIALS, b"png", mime_type="image/png", filename="a.png", app_id="app")
        opened, sent = server.heard
        assert handle == "4::h"
        assert opened.query == {"file_name": "a.png", "file_length": "3", "file_type": "image/png"}
        assert (sent.path, sent.body, sent.headers["file_offset"]) == ("/v25.0/upload:U1", b"png", "0")
        assert sent.headers["authorization"] == "OAuth EAAtoken"


async def test_reading_typing_and_registering(client):
    async with listening(lambda _: (200, {"success": True})) as server:
        meta = Meta(client, server.url)
        await meta.mark_read(CREDENTIALS, "wamid.1", typing=True)
        await meta.register(CREDENTIALS, "123456")
        await meta.unsubscribe(CREDENTIALS)
        assert [(heard.method, heard.path) for heard in server.heard] == [
            ("POST", "/v25.0/555/messages"),
            ("POST", "/v25.0/555/register"),
            ("DELETE", "/v25.0/777/subscribed_apps"),
        ]
        assert server.heard[1].body == b'{"messaging_product":"whatsapp","pin":"123456"}'


def test_credentials_do_not_show_their_secrets():
    assert "EAAtoken" not in repr(CREDENTIALS)
    assert "secret" not in f"{CREDENTIALS}"
