"""The whole road of a new customer, from an account to an answer that was read, without one reload."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Opens, arrive

pytestmark = pytest.mark.browser

PEOPLE = """Nombre;Teléfono móvil;Ciudad
Lucía Fernández;611 482 904;Logroño
Pilar Sanz;622 014 874;Soria
Begoña Ibáñez;633 507 914;
Marcos Gil;6oo123123;Madrid
"""
OFFER = "Hola {{nombre}}, esta semana la mesa Roble está al 20 % en {{ciudad}}. ¿Te guardamos una?"
ANSWER = "¡Hola, Lucía! Te la guardamos hasta el sábado."


async def test_from_an_account_to_an_answer_that_was_read(opens: Opens) -> None:
    desk, telephone = await (await opens()).new_page(), await (await opens()).new_page()
    await sign_up(desk)
    await connect_a_number(desk, telephone)
    await import_people(desk)
    await have_a_template_approved(desk)
    await send_a_campaign(desk)
    board = await (await opens(storage_state=await desk.context.storage_state())).new_page()
    await arrive(board, "/dashboard?days=1")
    await expect(figure(board, "Sent")).to_have_text("2")
    await arrive(desk, "/inbox")
    await telephone.get_by_role("button", name="Me interesa").click()
    await see_it_arrive(desk)
    await answer_it(desk, telephone)
    await expect(figure(board, "Sent")).to_have_text("3")
    await expect(figure(board, "Received")).to_have_text("1")
    await expect(figure(board, "Answers to campaigns")).to_have_text("1")


async def sign_up(desk: Page) -> None:
    await desk.goto("/sign-up")
    await desk.get_by_label("Company").fill("Casa Olmo")
    await desk.get_by_label("Your name").fill("Ana Robles")
    await desk.get_by_label("E-mail").fill("ana.robles@casaolmo.es")
    await desk.get_by_label("Password", exact=True).fill("roble claro y nogal")
    await desk.get_by_role("button", name="Create the workspace").click()


async def connect_a_number(desk: Page, telephone: Page) -> None:
    await desk.get_by_role("link", name="Connect a number").click()
    await desk.get_by_role("button", name="Connect a simulated number").click()
    await expect(desk.locator("#board .badge").first).to_have_text("Connected")
    screen = await desk.get_by_role("link", name="Write as a customer").first.get_attribute("href")
    assert screen
    await telephone.goto(screen)
    await telephone.locator("[name=from]").fill("+34 611 482 904")
    await telephone.locator("[name=from]").press("Enter")


async def import_people(desk: Page) -> None:
    await desk.get_by_role("link", name="Contacts").click()
    await desk.get_by_role("link", name="Import a file").click()
    await desk.locator("input[type=file]").set_input_files(
        {"name": "clientes.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode("latin-1")}
    )
    await desk.get_by_role("button", name="Look into it").click()
    await desk.get_by_label("Numbers without a country code are from").select_option("ES")
    await expect(desk.get_by_text("+34611482904")).to_be_visible()
    await desk.get_by_role("button", name="Import").click()
    await expect(desk.get_by_text("The import is done.")).to_be_visible()
    await expect(figure(desk, "New contacts")).to_have_text("3")
    await expect(desk.get_by_role("row", name="Marcos Gil")).to_be_visible()


async def have_a_template_approved(desk: Page) -> None:
    await desk.get_by_role("link", name="Templates").click()
    await desk.get_by_role("link", name="New template").first.click()
    await desk.locator("[name=name]").fill("Oferta de otoño")
    await desk.get_by_label("Language").select_option("es")
    await desk.locator("[name=body]").fill(OFFER)
    await desk.locator("[name='examples.nombre']").fill("Pilar")
    await desk.locator("[name='examples.ciudad']").fill("Soria")
    await desk.locator("#buttons").get_by_role("button", name="Quick reply").click()
    await desk.locator("[name='buttons.0.text']").fill("Me interesa")
    await expect(desk.locator("#preview")).to_contain_text("Hola Pilar, esta semana la mesa Roble está al 20 % en Soria.")
    await desk.get_by_role("button", name="Send for review").click()
    await expect(desk.locator("#template").get_by_role("heading", name="oferta_de_otono")).to_be_visible()
    await expect(desk.locator("#template .badge")).to_have_text("Approved")


async def send_a_campaign(desk: Page) -> None:
    await desk.get_by_role("link", name="Campaigns").click()
    await desk.get_by_role("link", name="New campaign").first.click()
    await desk.locator("[name=name]").fill("Mesa Roble")
    await desk.locator("[name=template_id]").select_option("oferta_de_otono · es")
    await expect(desk.locator("#reach")).to_contain_text("2 people get it")
    await expect(desk.locator("#reach")).to_contain_text("1 have nothing to fill a variable with")
    await expect(desk.locator("#reach")).to_contain_text("Hola Lucía, esta semana la mesa Roble está al 20 % en Logroño.")
    await desk.get_by_role("button", name="Continue to review").click()
    await desk.get_by_role("button", name="Send to 2 people").click()
    await desk.get_by_role("dialog").get_by_role("button", name="Send").click()
    await expect(desk.locator(".page-head .badge")).to_have_text("Completed")
    await expect(desk.locator("#people")).to_contain_text("Nothing to fill a variable with")


async def see_it_arrive(desk: Page) -> None:
    row = desk.locator(".conversation", has_text="Lucía Fernández")
    await expect(row.locator(".count")).to_contain_text("1")
    await expect(desk.locator("#inbox-unread")).to_contain_text("1")
    await expect(desk).to_have_title(re.compile(r"^\(1\) "))
    await row.click()
    await expect(desk.get_by_role("link", name="Mesa Roble").first).to_be_visible()
    await expect(desk.locator(".message[data-from=contact]")).to_contain_text("Me interesa")
    await expect(desk).to_have_title(re.compile(r"^Lucía Fernández"))


async def answer_it(desk: Page, telephone: Page) -> None:
    await desk.get_by_role("textbox", name="Message").fill(ANSWER)
    await desk.keyboard.press("Enter")
    bubble = desk.locator(".message[data-from=us]", has_text=ANSWER)
    await expect(telephone.get_by_text(ANSWER).first).to_be_visible()
    await expect(bubble).to_have_attribute("data-state", "read")
    await expect(bubble).to_have_count(1)


def figure(page: Page, name: str) -> Locator:
    return page.locator(".stat", has=page.locator("dt", has_text=re.compile(f"^{name}$"))).locator("dd").first
