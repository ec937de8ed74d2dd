"""A package imports only from lower lines: a feature never reaches up, and the simulator stands alone."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.house import APP, files, name, nobody, tree

LINES = (
    {"settings"},
    {"core"},
    {"whatsapp"},
    {"tenants"},
    {"accounts"},
    {"access"},
    {"audit"},
    {"modules"},
    {"billing"},
    {"teams"},
    {"contacts", "numbers"},
    {"message_templates"},
    {"inbox"},
    {"pipeline", "campaigns"},
    {"chatbots", "assistants"},
    {"flows"},
    {"webhooks"},
    {"intake"},
    {"alerts"},
    {"dashboard", "first_steps", "ops", "backoffice"},
    {"api"},
)
HEIGHT = {package: height for height, line in enumerate(LINES) for package in line}
TOP = len(LINES)
# The simulator is started by these and known to nobody else.
KNOW_THE_SIMULATOR = {"serve", "__main__", "bench"}
TOP_MODULES = {
    "__init__", "__main__", "bench", "check", "command_line", "demo", "features", "health_routes", "live_routes", "log",
    "main", "reactions", "schedule", "serve", "simulator", "translations", "user_command", "worker",
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "common", "misc", "base", "manager", "managers", "service", "services", "repository"}


def package_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The packages of the house that this module imports, by their first name below app."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            modules = [f"app.{alias.name}" for alias in node.names] if node.module == "app" else [node.module or ""]
        found |= {module.split(".")[1] for module in modules if module.startswith("app.")}
    return found


def test_nobody_reaches_up() -> None:
    offenders = []
    for path in files("app", "*.py"):
        package = package_of(path)
        height = HEIGHT.get(package, TOP)
        for other in imported(path) - {package, "simulator"}:
            if package != "simulator" and HEIGHT.get(other, TOP) >= height and height != TOP:
                offenders.append(f"{name(path)} ({package}) imports {other}")
    nobody(offenders, "A package imports only from lower lines:")


def test_every_package_has_its_line() -> None:
    packages = {package_of(path) for path in files("app", "*.py")}
    nobody(packages - HEIGHT.keys() - TOP_MODULES, "Say where these belong in the import order:")


def test_the_simulator_stands_alone() -> None:
    offenders = []
    for path in files("app", "*.py"):
        package, others = package_of(path), imported(path)
        if package == "simulator" and others - {"simulator"}:
            offenders.append(f"{name(path)} imports {', '.join(sorted(others - {'simulator'}))}")
        elif package not in KNOW_THE_SIMULATOR | {"simulator"} and "simulator" in others:
            offenders.append(f"{name(path)} imports the simulator")
    nobody(offenders, "The simulator imports nothing of the house, and the product does not know it:")


def test_modules_are_named_for_what_they_hold() -> None:
    nobody((name(path) for path in files("app", "*.py") if path.stem in VAGUE), "These names say nothing:")
