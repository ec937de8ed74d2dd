"""What an operator meets: whatever is wrong at the start is said in one sentence, and the process ends with 1."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.core.db import platform_tx
from tests.operations.running import PRODUCTION, refusal, running


@pytest.mark.parametrize("missing", ["RECADO_SECRET_KEY", "RECADO_ENCRYPTION_KEYS", "RECADO_PUBLIC_URL", "META_VERIFY_TOKEN"])
async def test_a_secret_is_missing_in_production(tmp_path: Path, missing: str) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert await refusal("serve", home=tmp_path, **environment) == (
        f"{missing} is missing. Production needs it; the README says how to make one.\n"
    )


async def test_production_does_not_fall_back_to_the_embedded_server(tmp_path: Path) -> None:
    assert (await refusal("serve", home=tmp_path, **PRODUCTION)).startswith("DATABASE_URL is missing.")


async def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    said = await refusal("serve", home=tmp_path, RECADO_SECRET="x")
    assert said.startswith("RECADO_SECRET is not a setting of Recado. Known: RECADO_")


async def test_a_port_that_is_none(tmp_path: Path) -> None:
    assert await refusal("serve", home=tmp_path, PORT="ocho") == "PORT is 'ocho'. Set it to a number from 1 to 65535.\n"


async def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert (await refusal("serve", "--port", port, home=tmp_path)).startswith(f"Port {port} is in use.")


async def test_a_role_that_steps_around_row_security(house: str, tmp_path: Path) -> None:
    superuser = house.replace("recado:@", "postgres:@")
    said = await refusal("web", "--port", "0", home=tmp_path, DATABASE_URL=superuser)
    assert said.startswith("The database role postgres can bypass row-level security")


async def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    said = await refusal("worker", home=tmp_path, DATABASE_URL="postgresql://recado@127.0.0.1:9/recado")
    assert "127.0.0.1" in said


async def test_a_second_start_on_the_same_home(tmp_path: Path) -> None:
    async with running("serve", home=tmp_path):
        said = await refusal("serve", "--port", "0", home=tmp_path)
        assert said == f"Recado already runs on {tmp_path}. Stop it, or set RECADO_HOME to another folder.\n"


async def test_production_keeps_browsers_to_tls(house: str, tmp_path: Path) -> None:
    async with running("web", home=tmp_path, DATABASE_URL=house, **PRODUCTION) as recado:
        answer = await recado.http.get("/sign-in")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-csrf=")
    assert "Secure" in cookie
    assert not (tmp_path / "postgres").exists()


async def test_production_believes_the_router_and_not_the_client_about_its_address(house: str, tmp_path: Path) -> None:
    claimed = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    async with running("web", home=tmp_path, DATABASE_URL=house, **PRODUCTION) as recado:
        token = (await recado.http.get("/sign-in")).headers["set-cookie"].partition(";")[0]
        claimed |= {"Cookie": token, "x-csrftoken": token.partition("=")[2]}
        wrong = await recado.http.post(
            "/sign-in", headers=claimed, data={"email": "nadie@casaolmo.es", "password": "adivinada"}
        )
    assert wrong.status_code == 422
    async with platform_tx() as door:
        found = await door.conn.execute(
            "select subject from sign_in_failures where subject in ('address:198.51.100.1', 'address:203.0.113.7')"
        )
        assert await found.fetchall() == [("address:203.0.113.7",)]
