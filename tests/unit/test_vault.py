import json
from collections.abc import Callable

import pytest

from igny8_resources.vault import Vault, VaultError, VaultKeyError, VaultTokenError, new_key

SECRET = json.dumps({"username": "maya", "application_password": "päss wörd"})


def test_a_secret_comes_back_and_its_token_shows_nothing_of_it() -> None:
    vault = Vault([new_key()])
    token = vault.encrypt(SECRET)
    assert vault.decrypt(token) == SECRET
    assert "maya" not in token
    assert vault.encrypt(SECRET) != token


def test_a_key_is_changed_without_losing_a_secret() -> None:
    old, new = new_key(), new_key()
    stored = Vault([old]).encrypt(SECRET)
    assert Vault([new, old]).decrypt(stored) == SECRET
    rotated = Vault([new, old]).rotate(stored)
    assert Vault([new]).decrypt(rotated) == SECRET
    with pytest.raises(VaultTokenError):
        Vault([new]).decrypt(stored)


@pytest.mark.parametrize(
    "spoil", [lambda token: token[:-6] + "AAAA==", lambda _: "", lambda _: "not a token", lambda _: "tökèn"]
)
def test_a_changed_token_is_refused_without_echoing_it(spoil: Callable[[str], str]) -> None:
    vault = Vault([new_key()])
    token = spoil(vault.encrypt(SECRET))
    for attempt in (vault.decrypt, vault.rotate):
        with pytest.raises(VaultTokenError, match="IGNY8_VAULT_KEYS") as refused:
            attempt(token)
        assert not token or token not in str(refused.value)
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("bad", ["short-secret-key", "", "ü" * 44, "c2hvcnQ=" * 4])
def test_a_bad_key_is_named_by_its_position_not_by_its_value(bad: str) -> None:
    with pytest.raises(VaultKeyError, match="key 2 of 2") as refused:
        Vault([new_key(), bad])
    assert not bad or bad not in str(refused.value)


def test_no_key_is_an_error_and_a_vault_does_not_print_its_keys() -> None:
    with pytest.raises(VaultError, match="IGNY8_VAULT_KEYS is empty"):
        Vault([])
    key = new_key()
    assert key not in repr(Vault([f" {key}\n"]))
