"""Passwords, hashed with Argon2id (RFC 9106). Slow by design: callers run these in a thread."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Compared with when there is no such person, so that an answer takes as long as for one who exists.
_NOBODY = _HASHER.hash("nobody")


def hash_password(password: str) -> str:
    """Hash a password for keeping."""
    return _HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Say whether the password is the one that was hashed; None never matches, and takes as long."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
