"""The Sina Pay side, built from protocols/sinapay.md. Signing and decryption are its own, to check the client's."""
