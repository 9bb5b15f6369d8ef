"""What keeps the server from starting, each as one line for the person who runs it."""

from typing import ClassVar

from web.words import Words


class CannotStart(Exception):  # noqa: N818 - it says what happened
    """`message` is a message id with the fields of `data`."""

    message: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        super().__init__(self.message, data)
        self.data = data

    def line(self, words: Words) -> str:
        return words.gettext(self.message, **self.data)


class BadConfiguration(CannotStart):
    """An environment variable has a wrong value: `name`, `given`, `reason` and the reason's fields."""

    def line(self, words: Words) -> str:
        reason = words.gettext(str(self.data["reason"]), **self.data)
        name, given = self.data["name"], self.data["given"]
        if not name:
            return reason
        return f"{name}={given}: {reason}" if given else f"{name}: {reason}"
