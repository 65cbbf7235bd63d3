"""Secrets at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import vault

OLD = "k0:" + "B" * 43 + "="
NEW = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@given(st.text())
def test_what_is_sealed_opens_again(text):
    assert vault.unseal(vault.seal(text, purpose="card"), purpose="card") == text


def test_the_same_text_never_seals_alike_and_never_shows():
    one, other = (vault.seal("6222020000000000", purpose="card") for _ in range(2))
    assert one != other
    assert "6222" not in one


def test_a_value_opens_for_its_own_purpose_only():
    sealed = vault.seal("secret", purpose="weibo-token:1")
    with pytest.raises(vault.VaultError):
        vault.unseal(sealed, purpose="weibo-token:2")


@pytest.mark.parametrize("at", [0, 3, -1, -20])
def test_a_changed_value_does_not_open(at):
    sealed = vault.seal("secret", purpose="card")
    changed = list(sealed)
    changed[at] = "A" if changed[at] != "A" else "Q"
    with pytest.raises(vault.VaultError):
        vault.unseal("".join(changed), purpose="card")


@pytest.mark.parametrize("nonsense", ["", "v1", "v1.k1", "v1.k1.", "v1.k1.!!!!", "v1.k1.AAAA", "v2.k1.AAAA"])
def test_nonsense_does_not_open(nonsense):
    with pytest.raises(vault.VaultError):
        vault.unseal(nonsense, purpose="card")


def test_an_older_key_still_opens_after_a_new_one_came_first(settings):
    settings.VAULT_KEYS = [OLD]
    sealed = vault.seal("secret", purpose="card")
    settings.VAULT_KEYS = [NEW, OLD]
    assert vault.unseal(sealed, purpose="card") == "secret"
    assert vault.seal("secret", purpose="card").startswith("v1.k1.")


def test_a_key_that_is_gone_is_named_as_the_reason(settings):
    settings.VAULT_KEYS = [OLD]
    sealed = vault.seal("secret", purpose="card")
    settings.VAULT_KEYS = [NEW]
    with pytest.raises(vault.VaultError, match="key that is not here"):
        vault.unseal(sealed, purpose="card")


@pytest.mark.parametrize("keys", [[], ["k1"], ["k1:short"], ["k1:***"], ["k 1:" + "A" * 43 + "="]])
def test_malformed_keys_are_refused_before_anything_is_sealed(settings, keys):
    settings.VAULT_KEYS = keys
    with pytest.raises(vault.VaultError, match="VAULT_KEYS"):
        vault.seal("secret", purpose="card")


def test_a_fingerprint_finds_equal_texts_of_one_purpose(settings):
    settings.VAULT_KEYS = [OLD]
    first = vault.fingerprint("6222", purpose="card")
    settings.VAULT_KEYS = [NEW, OLD]
    assert vault.fingerprint("6222", purpose="card") == first
    assert vault.fingerprint("6222", purpose="person") != first
    assert vault.fingerprint("6223", purpose="card") != first
