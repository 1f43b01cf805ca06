"""The rules of the house, held by a test: who may import whom, what every file owes its reader, what must not be in one."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("igny8_assets", "igny8_resources", "jobs", "sensors", "api", "cli", "bench")
MOST_LINES = 500
VAGUE = {"utils", "util", "helpers", "helper", "base", "common", "misc", "lib", "tools", "stuff"}


def tracked() -> list[Path]:
    """Files under version control, and those that are about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if not suffixes or path.suffix in suffixes:
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_imports_follow_the_arrows_of_the_design() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    # Spelt in pieces, so that this file does not find itself.
    homes = re.compile("/" + r"(?:home|root|Users|work)/[\w.-]+|C:" + r"\\Users")
    found = [f"{path}: {match[0]}" for path, text in texts() for match in homes.finditer(text)]
    assert found == []


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(r"(?:index-url[ =]+http|pypi\." + r"org/simple|files\.pythonhosted|registry\.npmjs)", re.I)
    found = [f"{path}: {match[0]}" for path, text in texts() for match in hosts.finditer(text)]
    assert found == []


def test_no_work_is_left_as_a_note() -> None:
    notes = re.compile(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    found = [f"{path}: {match[0]}" for path, text in texts(".py", ".yaml", ".toml") for match in notes.finditer(text)]
    assert found == []


def test_modules_are_named_after_what_they_do() -> None:
    found = [str(path) for path in tracked() if path.suffix == ".py" and path.stem in VAGUE]
    assert found == []


def test_packages_load_nothing_by_themselves() -> None:
    for path, tree in modules():
        if path.name == "__init__.py":
            assert [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)] == [], path


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                        yield f"{node.name}.{member.name}", member


def test_everything_public_says_what_it_is() -> None:
    silent = [
        f"{path}: {name}"
        for path, tree in modules()
        for name, node in _public(tree)
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    ]
    assert silent == []


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [str(path) for path, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_module_has_grown_beyond_reading() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path, _ in modules()}
    data = {name for name in lengths if "/migrations/" in name or name == "bench/planner/labelled_topics.py"}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in data} == {}


def test_pure_logic_knows_neither_dagster_nor_the_database() -> None:
    """A module beside ``assets.py`` that calculates takes and gives values."""
    with_rows = re.compile(r"^(?:from|import) (?:dagster|sqlalchemy)\b", re.M)
    pure = [
        "linker/anchors",
        "linker/candidates",
        "linker/html_blocks",
        "linker/injection",
        "planner/clusters/identity",
        "planner/clusters/naming",
        "planner/ideas/cannibalisation",
        "planner/clusters/change_report",
        "planner/clusters/map_drawing",
        "planner/clustering",
        "planner/clusters/communities",
        "planner/clusters/group_joining",
        "planner/ideas/composing",
        "planner/keywords/files",
        "planner/clusters/units",
        "planner/clusters/manual_choices",
        "planner/clusters/neighbours",
        "planner/opportunities/finding",
        "planner/clusters/pillars",
        "planner/clusters/serp_overlap",
        "schema/graph",
        "schema/validation",
        "sites/builder",
        "sites/render",
        "social/composing",
        "video/compositor",
        "video/timeline",
        "writer/article_html",
        "writer/quality",
    ]
    for name in pure:
        path = ROOT / "igny8_assets" / f"{name}.py"
        assert not with_rows.search(path.read_text()), path


def test_every_package_is_in_the_wheel_by_name() -> None:
    import tomllib

    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = described["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(named) == {"igny8_assets", "igny8_resources", "jobs", "sensors", "api", "cli"}
    for package in named:
        assert (ROOT / package / "__init__.py").exists()
