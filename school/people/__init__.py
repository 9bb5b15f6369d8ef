"""People: who they are, what they may do, whom they belong to, how they sign in (R7, R11, R12)."""
