"""Settings: one place, errors that name the variable, secrets that do not show."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from igny8_resources.settings import Settings, SettingsError, load_settings
from igny8_resources.vault import Vault, new_key, open_vault


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """Only what a test sets."""
    for name in [name for name in os.environ if name.upper().startswith("IGNY8_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IGNY8_HOME", str(tmp_path / "home"))


def test_without_any_setting_everything_lies_under_home(tmp_path):
    settings = load_settings()
    home = tmp_path / "home"
    assert settings.warehouse == f"sqlite:///{home}/warehouse.db"
    assert settings.media == str(home / "media")
    assert settings.dagster_home == home / "dagster"
    assert settings.sites_folder == home / "sites"
    assert settings.public_url == "http://127.0.0.1:8000"


def test_home_is_absolute_however_it_is_written(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in (".igny8", "~/.igny8", f"{tmp_path}/x/../.igny8"):
        assert load_settings(home=written).home_path == tmp_path / ".igny8"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("IGNY8_PUBLIC_URL", "content.example.com", "expected an absolute URL such as https://content.example.com"),
        ("IGNY8_OPENAI_BASE_URL", "127.0.0.1:8080", "expected an absolute URL such as http://127.0.0.1:8080/v1"),
        ("IGNY8_OPENAI_TIMEOUT_SECONDS", "0", "greater than 0"),
        ("IGNY8_OPENAI_TIMEOUT_SECONDS", "soon", "valid number"),
        ("IGNY8_ACCESS_TOKEN_MINUTES", "0", "greater than or equal to 1"),
        ("IGNY8_ACCESS_TOKEN_MINUTES", "1441", "less than or equal to 1440"),
        ("IGNY8_SPEECH_WORDS_PER_MINUTE", "20", "greater than or equal to 80"),
        ("IGNY8_RENDER_EXECUTOR", "slurm", "'local', 'celery' or 'k8s'"),
        ("IGNY8_MAX_CONCURRENT_RUNS", "many", "valid integer"),
        ("IGNY8_MAX_CONCURRENT_RUNS", "0", "greater than or equal to 1"),
        ("IGNY8_PARTITION_RETENTION_DAYS", "0", "greater than or equal to 1"),
        ("IGNY8_RUN_RETENTION_DAYS", "0.5", "valid integer"),
        ("IGNY8_IMPORT_MAX_BYTES", "10", "greater than or equal to 1024"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable_and_what_was_expected(monkeypatch, name, value, expected):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name}: ")
    assert expected in str(refused.value)


def test_every_wrong_value_is_named_at_once(monkeypatch):
    monkeypatch.setenv("IGNY8_MAX_CONCURRENT_RUNS", "many")
    monkeypatch.setenv("IGNY8_PUBLIC_URL", "nowhere")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert {line.partition(":")[0] for line in str(refused.value).splitlines()} == {
        "IGNY8_MAX_CONCURRENT_RUNS",
        "IGNY8_PUBLIC_URL",
    }


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_a_blank_variable_is_an_unset_one(monkeypatch, blank):
    for name in Settings.model_fields:
        monkeypatch.setenv(f"IGNY8_{name.upper()}", blank)
    settings = load_settings()
    assert settings.model_dump() == {name: field.get_default() for name, field in Settings.model_fields.items()}
    assert settings.home == Path(".igny8"), "not the current folder"


def test_a_blank_argument_is_unset_too_and_lets_the_environment_speak(monkeypatch):
    monkeypatch.setenv("IGNY8_OPENAI_MODEL", "qwen3")
    assert load_settings(openai_base_url="", media_url=" ").openai_base_url is None
    assert load_settings().openai_model == "qwen3"


SECRETS = {
    "IGNY8_SECRET_KEY": "sesame-one",
    "IGNY8_VAULT_KEYS": "sesame-two",
    "IGNY8_OPENAI_API_KEY": "sk-sesame-three",
    "IGNY8_WAREHOUSE_URL": "postgresql://igny8:sesame-four@db/igny8",
    "IGNY8_DAGSTER_POSTGRES_URL": "postgresql://igny8:sesame-five@db/dagster",
}


def test_no_secret_shows_when_settings_are_printed(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "sesame" not in shown
    assert settings.warehouse == SECRETS["IGNY8_WAREHOUSE_URL"]
    assert settings.signing_key() == "sesame-one"


def test_no_secret_shows_in_an_error(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IGNY8_MAX_CONCURRENT_RUNS", "many")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "sesame" not in str(refused.value)


class TestSigningKey:
    def test_it_is_made_once_and_readable_by_its_owner_alone(self, tmp_path):
        first = load_settings().signing_key()
        assert len(first) >= 43, "256 bits and more"
        assert load_settings().signing_key() == first
        path = tmp_path / "home" / "secrets" / "signing_key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [each.name for each in path.parent.iterdir()] == ["signing_key"]

    def test_every_home_has_its_own(self, tmp_path):
        assert load_settings().signing_key() != load_settings(home=tmp_path / "other").signing_key()

    def test_the_one_that_is_set_is_used_and_none_is_made(self, monkeypatch, tmp_path):
        monkeypatch.setenv("IGNY8_SECRET_KEY", "set by hand")
        assert load_settings().signing_key() == "set by hand"
        assert not (tmp_path / "home").exists()

    def test_processes_that_start_together_agree_on_it(self, tmp_path):
        """The API's workers all sign with the same key, whoever made it."""
        with multiprocessing.get_context("fork").Pool(8) as workers:
            keys = workers.map(_key_of, [str(tmp_path / "fresh")] * 64, chunksize=1)
        assert len(set(keys)) == 1

    def test_one_that_was_emptied_is_named(self, tmp_path):
        load_settings().signing_key()
        (tmp_path / "home" / "secrets" / "signing_key").write_text("")
        with pytest.raises(
            SettingsError, match="signing_key is empty: delete it and a new key is made, or set IGNY8_SECRET"
        ):
            load_settings().signing_key()


def _key_of(home: str) -> str:
    return Settings(home=Path(home)).signing_key()


class TestVaultKeys:
    def test_one_is_made_once_and_readable_by_its_owner_alone(self, tmp_path):
        [key] = load_settings().vault_key_chain()
        assert load_settings().vault_key_chain() == [key]
        path = tmp_path / "home" / "secrets" / "vault_key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert open_vault(load_settings()).decrypt(Vault([key]).encrypt("sesame")) == "sesame"

    def test_keys_that_are_set_encrypt_and_the_kept_one_still_opens(self, monkeypatch):
        before = open_vault(load_settings()).encrypt("from before")
        newest, older = new_key(), new_key()
        monkeypatch.setenv("IGNY8_VAULT_KEYS", f"{newest}, {older}")
        assert load_settings().vault_key_chain()[:2] == [newest, older]
        vault = open_vault(load_settings())
        assert vault.decrypt(before) == "from before"
        assert Vault([newest]).decrypt(vault.encrypt("now")) == "now"

    def test_keys_that_are_set_from_the_beginning_are_all_there_is(self, monkeypatch, tmp_path):
        monkeypatch.setenv("IGNY8_VAULT_KEYS", new_key())
        assert len(load_settings().vault_key_chain()) == 1
        assert not (tmp_path / "home" / "secrets").exists()
