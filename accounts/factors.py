"""Secrets of the second step at rest: sealed by the vault like every other (faults, section 4)."""

from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts import vault

PURPOSE: Final = "second-step"


class SealingAdapter(DefaultMFAAdapter):
    """Keys of one-time passwords and seeds of recovery codes are sealed on their way into the table."""

    def encrypt(self, text: str) -> str:
        return vault.seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `vault.VaultError` for what was not sealed here: a key written into the table opens nothing."""
        return vault.unseal(encrypted_text, purpose=PURPOSE)
