"""What a look at the installation says: by `check` on a terminal, by «Проверка системы» in the browser."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from web.words import Words


class Verdict(IntEnum):
    GOOD = 0
    DOUBTFUL = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` is a message id with the fields of `data`; a bad one says what to do."""

    verdict: Verdict
    message: str
    data: dict[str, object] = field(default_factory=dict)

    def line(self, words: Words) -> str:
        return words.gettext(self.message, **self.data)


Inspection: TypeAlias = Callable[[], Awaitable[list[Finding]]]
