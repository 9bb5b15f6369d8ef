"""Codes by time (RFC 4226, RFC 6238) and recovery codes; pure but for the random bytes."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
_DIGITS = 6
_SECRET_BYTES = 20  # as long as SHA-1's output (RFC 4226, section 4)
_DRIFT = (0, -1, 1)  # a telephone's clock may be a step away
_RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_secret() -> str:
    """Make a secret, in base 32 as telephones take it."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_at(now: datetime) -> int:
    """Give the number of the half-minute."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """Give the code of one half-minute."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Give the half-minute whose code this is, at most one away from now; None when it is wrong."""
    typed, here = clean_code(code).encode(), step_at(now)
    steps = [here + drift for drift in _DRIFT]
    right = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), typed)]
    return right[0] if right else None


def clean_code(code: str) -> str:
    """Drop what people put between the signs of a code."""
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def address(secret: str, login: str, issuer: str) -> str:
    """Give what the QR code says (the key URI that authenticator applications read)."""
    label = f"{quote(issuer, safe='')}:{quote(login, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def new_recovery_codes() -> list[str]:
    """Make the recovery codes of one person: 10 characters each, 49 bits."""
    return ["-".join(_letters(5) for _ in range(2)) for _ in range(_RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Hash a recovery code (SHA-256, hexadecimal); it is random, so it needs no salt."""
    return hashlib.sha256(clean_code(code).encode()).hexdigest()


def _letters(number: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(number))
