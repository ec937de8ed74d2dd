"""What code may not do: catch everything, print, read the environment or the clock, mock itself; what the README lists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from app import settings
from tests.architecture.house import ROOT, calls, files, name, nobody, tree

PYTHON = files("app", "*.py")
TESTS = files("tests", "*.py")
# Where a failure of any kind must not end the loop around it, and is written down.
CATCH_EVERYTHING = {
    "app/core/jobs.py": "one failing job must not end the worker",
    "app/campaigns/sending.py": "a fault of ours costs one message, not the lane; it waits like every unknown outcome",
    "app/intake/journal.py": "every request of a batch gets it, answers 500, and Meta tries again",
    "app/intake/processing.py": "a poisonous webhook is put aside alone",
}
FILLED_AS_WORK_GOES_ON = {
    "app/campaigns/sending.py:Outcome", "app/campaigns/sending.py:Recipient", "app/contacts/identities.py:_Group",
    "app/contacts/reader.py:Batch", "app/intake/parts.py:Tally",
    "app/ops/job_watch.py:Tally",
}  # fmt: skip
# Where something is said aloud.
COMMAND_LINE = {"app/__main__.py", "app/check.py", "app/serve.py", "app/simulator/__main__.py"}
READS_THE_ENVIRONMENT = {"app/settings.py"}
KNOWS_THE_CLOCK = {"app/core/clock.py"}


def test_nobody_catches_everything() -> None:
    offenders = []
    for path in PYTHON:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
                broad = [each for each in caught if each is None or getattr(each, "id", "") in ("Exception", "BaseException")]
                again = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
                if broad and not again and name(path) not in CATCH_EVERYTHING:
                    offenders.append(f"{name(path)}:{node.lineno}")
    nobody(offenders, "Catch by name, or raise again:")


def test_nobody_prints() -> None:
    here = {name(path) for path in PYTHON if "bench" not in path.parts for _ in calls(path, "print")}
    nobody(here - COMMAND_LINE, "Log it, or do not say it:")


def test_the_environment_is_read_in_one_place() -> None:
    offenders = {name(path) for path in PYTHON if re.search(r"\bos\.(environ|getenv)\b", path.read_text())}
    nobody(offenders - READS_THE_ENVIRONMENT, "app/settings.py knows the environment:")


def test_there_is_one_clock() -> None:
    told = re.compile(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(")
    here = [path for path in PYTHON if "simulator" not in path.parts]
    nobody(
        {name(path) for path in here if told.search(path.read_text())} - KNOWS_THE_CLOCK, "app/core/clock.py knows the time:"
    )


def test_our_fakes_are_servers() -> None:
    mocks = re.compile(r"unittest\.mock|\bmonkeypatch\.setattr\(\s*[\"']?app\b|\bmocker\b|\brespx\b")
    here = [path for path in TESTS if path != Path(__file__)]
    nobody((name(path) for path in here if mocks.search(path.read_text())), "These mock the house itself:")


def test_structs_are_frozen() -> None:
    offenders = []
    for path in PYTHON:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in ("Struct", "msgspec.Struct") for base in node.bases):
                frozen = {word.arg: ast.unparse(word.value) for word in node.keywords}.get("frozen") == "True"
                if not frozen and not {"simulator", "bench"} & set(path.parts):
                    offenders.append(f"{name(path)}:{node.name}")
    nobody(set(offenders) - FILLED_AS_WORK_GOES_ON, "A struct says frozen=True:")


def test_every_job_is_known_to_the_worker() -> None:
    """A job that the worker never imports would wait for ever."""
    with_jobs = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in PYTHON
        if any(
            isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("job", "periodic")
            for node in ast.walk(tree(path))
            if isinstance(node, ast.AsyncFunctionDef)
            for decorator in node.decorator_list
        )
    }
    nobody(with_jobs - reached_from("app.serve"), "Import these in app/features.py or app/reactions.py:")


def reached_from(start: str) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        module = waiting.pop()
        path = ROOT / Path(*module.split(".")).with_suffix(".py")
        if module in found or not path.exists():
            continue
        found.add(module)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("app"):
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("app")]
    return found


def names_in_settings() -> set[str]:
    source = (ROOT / "app" / "settings.py").read_text()
    return settings.KNOWN | set(re.findall(r"environ\.get\(\"([A-Z_]+)\"", source))


def test_the_readme_lists_every_setting() -> None:
    table = re.findall(r"^\|\s*`([A-Z][A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(names_in_settings())


def test_requirements_name_no_host() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / lock).read_text()), lock
