"""Preparing a home, adding sites, and what is said about settings that cannot be used."""

from pathlib import Path

import pytest
from cli_terminal import Terminal
from sqlalchemy import text

from igny8_resources.warehouse.tables.automation import AutomationConfig
from igny8_resources.warehouse.tables.tenancy import Account, AuthorProfile, Sector, Site


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


ADD = ("site", "add", "crema-lane", "--name", "Crema Lane", "--url", "https://cremalane.example")


def test_init_prepares_a_home_and_can_be_repeated(terminal: Terminal) -> None:
    for _ in range(2):
        done = terminal.process("init")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Ready: ")
    assert (terminal.home / "warehouse.db").exists()
    assert "enabled: false" in (terminal.home / "dagster" / "dagster.yaml").read_text()


def test_init_takes_the_number_of_runs_from_the_settings(tmp_path: Path) -> None:
    Terminal(tmp_path / "home", {"IGNY8_MAX_CONCURRENT_RUNS": "7"}).done("init")
    assert "max_concurrent_runs: 7" in (tmp_path / "home" / "dagster" / "dagster.yaml").read_text()


def test_a_site_is_added_with_its_sectors_and_author(terminal: Terminal) -> None:
    terminal.done("init")
    said = terminal.done(
        *ADD, "--sector", "Espresso", "--sector", "Filter coffee & beans", "--author", "Maya Lindqvist",
        "--auto-approve", "--credits", "250", "--account", "media",
    )  # fmt: skip
    assert said.strip() == "Site crema-lane is there. Next: igny8 import FILE --site crema-lane"
    assert [sector.slug for sector in terminal.rows(Sector)] == ["espresso", "filter-coffee-beans"]
    assert [author.name for author in terminal.rows(AuthorProfile)] == ["Maya Lindqvist"]
    [account] = terminal.rows(Account)
    assert (account.slug, account.credit_balance) == ("media", 250)
    [automation] = terminal.rows(AutomationConfig)
    assert automation.auto_approve is True
    assert "Crema Lane (crema-lane)" in terminal.done("status")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (ADD, "site key 'crema-lane' is taken; choose another, keys are unique in the whole deployment"),
        (
            ("site", "add", "Crema Lane!", "--name", "x", "--url", "https://x.example"),
            "site key 'Crema Lane!': use up to 60 lower-case letters, digits and single dashes",
        ),
        (
            ("site", "add", "other", "--name", "x", "--url", "x.example"),
            "site URL 'x.example': expected an absolute URL such as https://example.com",
        ),
        (
            ("site", "add", "other", "--name", "x", "--url", "https://x.example", *["--sector", "Beans"] * 6),
            "6 sectors: a site has at most 5",
        ),
        (
            ("site", "add", "other", "--name", "x", "--url", "https://x.example", "--sector", "A b", "--sector", "a-B"),
            "sectors 'A b' and 'a-B' would have the same address; rename one of them",
        ),
        (
            ("site", "add", "other", "--name", "n" * 201, "--url", "https://x.example"),
            "site name: at most 200 characters, this has 201",
        ),
    ],
    ids=["taken", "key", "url", "sectors", "same-sector", "long-name"],
)
def test_a_site_that_cannot_be_added_is_refused_with_a_sentence_and_leaves_nothing(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    terminal.ready()
    assert terminal.refused(*arguments) == said
    assert [site.key for site in terminal.rows(Site)] == ["crema-lane"]
    assert terminal.count(Sector) == 1


def test_a_refusal_of_a_new_account_leaves_no_account(terminal: Terminal) -> None:
    terminal.done("init")
    assert "at most 5" in terminal.refused(*ADD, "--account", "new", *["--sector", "Beans"] * 6)
    assert terminal.count(Account) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ADD,
        ("import", "pyproject.toml", "--site", "crema-lane"),
        ("run", "--site", "crema-lane"),
        ("status",),
        ("approve", "--site", "crema-lane"),
        ("serve",),
    ],
    ids=["site", "import", "run", "status", "approve", "serve"],
)
def test_before_init_every_command_says_to_run_it(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal.refused(*arguments) == "the warehouse is empty: run `igny8 init` first"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("IGNY8_MAX_CONCURRENT_RUNS", "zero", "IGNY8_MAX_CONCURRENT_RUNS: Input should be a valid integer"),
        ("IGNY8_MAX_CONCURRENT_RUNS", "0", "IGNY8_MAX_CONCURRENT_RUNS: Input should be greater than or equal to 1"),
        (
            "IGNY8_WAREHOUSE_URL",
            "mysql://root:hunter2@localhost/igny8",
            "IGNY8_WAREHOUSE_URL: mysql is not supported; use sqlite or postgresql",
        ),
        ("IGNY8_WAREHOUSE_URL", "the warehouse", "IGNY8_WAREHOUSE_URL: expected a database URL such as"),
        ("IGNY8_PUBLIC_URL", "foo", "IGNY8_PUBLIC_URL: Value error, expected an absolute URL such as https://"),
        ("IGNY8_OPENAI_BASE_URL", "localhost:8080", "IGNY8_OPENAI_BASE_URL: Value error, expected an absolute URL"),
        ("IGNY8_RENDER_EXECUTOR", "gpu", "IGNY8_RENDER_EXECUTOR: Input should be 'local', 'celery' or 'k8s'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    for command in ("init", "status"):
        refusal = Terminal(tmp_path / "home", {name: value}).refused(command)
        assert said in refusal
        assert "hunter2" not in refusal


def test_two_bad_settings_are_named_at_once(tmp_path: Path) -> None:
    settings = {"IGNY8_PUBLIC_URL": "foo", "IGNY8_RUN_RETENTION_DAYS": "-1"}
    said = Terminal(tmp_path / "home", settings).refused("status")
    assert "IGNY8_PUBLIC_URL" in said
    assert "IGNY8_RUN_RETENTION_DAYS" in said


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg2://igny8:hunter2@127.0.0.1:1/igny8"
    said = Terminal(tmp_path / "home", {"IGNY8_WAREHOUSE_URL": url}).refused("status")
    assert said.startswith("the warehouse cannot be used: ")
    assert "check IGNY8_WAREHOUSE_URL" in said
    assert "hunter2" not in said


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    for command in ("init", "status", "demo"):
        said = Terminal(tmp_path / "home").refused(command)
        assert said == f"IGNY8_HOME: {tmp_path / 'home'} is not a folder; name one that exists or can be made"


def test_a_warehouse_of_a_newer_program_is_left_alone(terminal: Terminal) -> None:
    terminal.ready()
    with terminal.parts.warehouse.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for command in ("init", "status"):
        assert "at schema 9999, which this program does not know" in terminal.refused(command)
    assert terminal.count(Site) == 1


def test_without_a_command_the_help_lists_what_there_is(terminal: Terminal) -> None:
    said = terminal.run().output
    for command in ("init", "site", "import", "run", "approve", "status", "demo", "cluster", "render", "serve", "dev"):
        assert f" {command} " in said
    assert not terminal.home.exists()
