"""A CSV of made-up people through the real import, in a `serve` of its own."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from app.access.viewer import Viewer
from app.bench.house import House, opened
from app.contacts import contact_import
from app.core.clock import seconds
from app.core.db import platform_tx

WATCHED_EVERY = 0.1  # seconds


async def run(rows: int = 1_000_000) -> dict[str, Any]:
    """Keys: per_second, seconds, lost, twice, and peak_mb of `serve` together with the reader that it starts."""
    with tempfile.TemporaryDirectory(prefix="recado-bench-") as folder:
        path = Path(folder) / "people.csv"
        await asyncio.to_thread(_write, path, rows)
        async with opened() as house:
            viewer = await _owner(house)
            import_id = await contact_import.upload(viewer, path.name, "text/csv", path)
            began = seconds()
            async with viewer.tx() as db:
                await contact_import.start(db, await contact_import.find(db, import_id))
            peak_reader = await _watch(house, viewer, import_id)
            took = seconds() - began
            async with viewer.tx() as db:
                row = await (
                    await db.conn.execute(
                        "select count(distinct value), count(*), (select count(*) from contacts) from contact_identities"
                    )
                ).fetchone()
            if row is None:
                raise RuntimeError("nothing was counted")
            return {
                "per_second": round(rows / took, 1), "seconds": round(took, 2),
                "peak_mb": round(house.peak_mb() + peak_reader, 1),
                "lost": rows - row[0], "twice": row[2] - row[0],
            }  # fmt: skip


def _write(path: Path, rows: int) -> None:
    with path.open("w") as file:
        file.write("Nombre;Teléfono;Correo;Ciudad;Pedido\n")
        file.writelines(
            f"Persona {n};+34 6{n:08d};p{n}@ejemplo.test;Madrid;A-{n}\n" for n in range(10_000_000, 10_000_000 + rows)
        )


async def _owner(house: House) -> Viewer:
    async with platform_tx() as door:
        found = await door.conn.execute("select user_id from memberships where tenant_id = %s", (house.tenant.id,))
        row = await found.fetchone()
    if row is None:
        raise RuntimeError("the workspace has no owner")
    return Viewer(
        id=row[0], tenant_id=house.tenant.id, time_zone="Europe/Madrid", country="ES", tenant_name="Bench", name="Bench",
        email=house.email, owner=True, language="es",
    )  # fmt: skip


async def _watch(house: House, viewer: Viewer, import_id: int) -> float:
    """Until the import ends; the most memory that its reader held, in MB."""
    peak = 0
    while True:
        peak = max(peak, *(_peak_kilobytes(child) for child in _children(house.server.pid)), 0)
        async with viewer.tx() as db:
            if (await contact_import.find(db, import_id)).state != "running":
                return round(peak / 1024, 1)
        await asyncio.sleep(WATCHED_EVERY)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _peak_kilobytes(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    is_reader = "app.contacts.reader" in Path(f"/proc/{pid}/cmdline").read_text() if status else False
    return int(status.split("VmHWM:")[1].split()[0]) if is_reader and "VmHWM:" in status else 0
