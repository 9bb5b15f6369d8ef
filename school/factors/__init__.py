"""The second factor of a sign-in: a code from the person's telephone (RFC 6238), or a recovery code."""
