"""Accounts: passwords chosen and reset, sign-ins listed and ended (R7)."""
