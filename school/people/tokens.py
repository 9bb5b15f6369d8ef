"""Tokens of sign-ins: made here, kept by the browser; the database has only their hash."""

import hashlib
import secrets

# No letters that are taken for digits, and no vowels that would make words.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_token() -> str:
    """Make a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Hash a token (SHA-256, hexadecimal); it is random, so it needs no salt. Any text is taken."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_identifier() -> str:
    """Make a person's unique identifier, short enough to be read aloud: 12 characters, 57 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))
