"""The one place where refusals become words and statuses."""

from dataclasses import dataclass

from aiohttp import web

from rooms.admission import Outcome
from rooms.errors import BadTicket, Flood, MediaUnavailable, Refused
from school.errors import Conflict, Forbidden, Invalid, NotFound, SchoolError
from school.links.errors import BadToken
from school.organisation.errors import NotSetUp
from web.keys import READER
from web.reply import page
from web.words import N_


class SignInNeeded(SchoolError):  # noqa: N818 -- refusals are named after what happened
    """Nobody is signed in, and the page is for somebody."""

    code = "sign_in_needed"


class PasswordDue(Forbidden):
    """Somebody else chose the password: nothing else opens until the person has chosen their own."""

    code = "password_due"


class FormExpired(SchoolError):  # noqa: N818 -- as above
    """The form's token doesn't belong to this browser's sign-in, or another site sent the form."""

    code = "form_expired"


class ChatClosed(SchoolError):  # noqa: N818 -- as above
    """The room is closed, and the personal link with it: its files are for those who sign in."""

    code = "chat_closed"


class TooOften(SchoolError):  # noqa: N818 -- as above
    """`seconds` until the next try."""

    code = "too_often"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a person is told: what happened, and what to do now. `text` may use the error's data."""

    status: int
    title: str
    text: str


_BY_CODE: dict[str, Refusal] = {
    SignInNeeded.code: Refusal(
        401, N_("Sign in first"), N_("This page is for those who have signed in. Sign in and open it again.")
    ),
    PasswordDue.code: Refusal(
        403, N_("Choose your own password first"), N_("Open your account and change the password.")
    ),
    FormExpired.code: Refusal(
        403,
        N_("This page was open for too long"),
        N_("Nothing was changed. Go back, reload the page and send the form again."),
    ),
    ChatClosed.code: Refusal(
        410,
        N_("The consultation is over"),
        N_(
            "Files of its chat are kept. Who signs in finds them on the consultation's page; "
            "without an account, ask the worker who led it."
        ),
    ),
    TooOften.code: Refusal(
        429, N_("Too many attempts"), N_("Wait %(seconds)s seconds and try again. Nothing else is needed.")
    ),
    Flood.code: Refusal(
        429, N_("Too many attempts"), N_("Wait a little and try again. Nothing else is needed.")
    ),
    MediaUnavailable.code: Refusal(
        503, N_("Sound and picture are not available now"), N_("Try again in a minute.")
    ),
    BadToken.code: Refusal(
        404,
        N_("This link does not work"),
        N_("Check that the address was copied whole. If it was, ask the school for a new link."),
    ),
    BadTicket.code: Refusal(403, N_("This page was open for too long"), N_("Reload the page.")),
    NotSetUp.code: Refusal(
        503,
        N_("Kabinet is not set up yet"),
        N_("The administrator has to finish setting up: python -m server create-admin."),
    ),
    Outcome.UNKNOWN_SESSION: Refusal(
        404,
        N_("There is no such consultation"),
        N_("The address may be incomplete. The schedule shows every consultation that there is."),
    ),
    Outcome.NOT_EXPECTED: Refusal(
        403,
        N_("You are not among those expected here"),
        N_("This consultation is for other people. If you should be here, tell the worker who leads it."),
    ),
    Outcome.LINK_REVOKED: Refusal(
        403,
        N_("This link was withdrawn"),
        N_("The school has replaced or withdrawn it. Ask the school for a new link."),
    ),
    Outcome.ENTITLEMENT_ENDED: Refusal(
        403,
        N_("You can no longer enter by this link"),
        N_("You are not on the list of this consultation any more. If this is a mistake, tell the school."),
    ),
    Outcome.SIGN_IN_REQUIRED: Refusal(
        401,
        N_("Sign in first"),
        N_("The school asks everybody to sign in before a consultation. Sign in and open it again."),
    ),
    Outcome.REMOVED: Refusal(
        403,
        N_("You were asked to leave"),
        N_("The worker who leads the consultation has closed it for you. Ask them if this is a mistake."),
    ),
    Outcome.CANCELLED: Refusal(
        410,
        N_("The consultation was cancelled"),
        N_("It will not take place. The schedule shows the next ones."),
    ),
    Outcome.OVER: Refusal(
        410,
        N_("The consultation is over"),
        N_("The room has closed. The schedule shows the next consultations."),
    ),
}
_BY_CLASS: tuple[tuple[type[SchoolError], Refusal], ...] = (
    (
        NotFound,
        Refusal(
            404,
            N_("There is no such page"),
            N_("The address may be incomplete, or what was here is gone. Start from the main page."),
        ),
    ),
    (
        Forbidden,
        Refusal(
            403,
            N_("This page is not for you"),
            N_("Your role does not give access here. If it should, ask the school's administrator."),
        ),
    ),
    (
        Conflict,
        Refusal(
            409,
            N_("Something has changed meanwhile"),
            N_("Somebody else has changed this. Go back, reload the page and look again."),
        ),
    ),
    (
        Invalid,
        Refusal(
            422,
            N_("A value does not fit"),
            N_("Go back and check what was typed."),
        ),
    ),
)
_BY_STATUS: dict[int, Refusal] = {
    404: _BY_CLASS[0][1],
    403: _BY_CLASS[1][1],
    405: Refusal(
        405,
        N_("This address is not opened this way"),
        N_("Go back to the page you came from and use its buttons."),
    ),
    413: Refusal(
        413,
        N_("This is too large"),
        N_("What was sent is larger than this page accepts. Send something smaller."),
    ),
}
_BAD_REQUEST = Refusal(
    400, N_("The request was not understood"), N_("Go back, reload the page and try again.")
)
_BROKEN = Refusal(
    500,
    N_("Something went wrong on our side"),
    N_("It is not your fault, and it has been written down. Try again in a minute."),
)


def code_of(error: SchoolError) -> str:
    """The code that a script is told: for an entry that was refused, the outcome itself."""
    return error.outcome if isinstance(error, Refused) else error.code


def refusal_of(error: SchoolError) -> Refusal:
    """By the error's own code, else by the family it belongs to."""
    found = _BY_CODE.get(code_of(error))
    if found is not None:
        return found
    return next((words for family, words in _BY_CLASS if isinstance(error, family)), _BAD_REQUEST)


def title_of(code: str) -> str | None:
    """The message id of what a kept refusal's code says, None for a code that there is not."""
    of_family = {family.code: words for family, words in _BY_CLASS}
    found = _BY_CODE.get(code) or of_family.get(code)
    return found.title if found else None


def wants_json(request: web.Request) -> bool:
    """Scripts ask for JSON or send our header; pages do neither."""
    return "application/json" in request.headers.get("Accept", "") or "X-CSRF-Token" in request.headers


def of_school(request: web.Request, error: SchoolError) -> web.Response:
    """The response to a refusal."""
    refusal = refusal_of(error)
    if wants_json(request):
        return web.json_response({"code": code_of(error), "data": _plain(error.data)}, status=refusal.status)
    return _page(request, refusal, error.data)


def of_http(request: web.Request, error: web.HTTPException) -> web.Response:
    """The response to a refusal of the HTTP layer itself (no such address, wrong method, body too large)."""
    refusal = _BY_STATUS.get(error.status, _BAD_REQUEST)
    if wants_json(request):
        return web.json_response({"code": f"http_{error.status}"}, status=error.status)
    response = _page(request, refusal, {})
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def broken(request: web.Request) -> web.Response:
    """The response to a fault of ours; the log has the rest under the request's id."""
    if wants_json(request):
        return web.json_response({"code": "broken"}, status=500)
    return _page(request, _BROKEN, {})


def _page(request: web.Request, refusal: Refusal, data: dict[str, object]) -> web.Response:
    words = request[READER].words
    fields = {name: str(value) for name, value in data.items()}
    return page(
        request,
        "errors/refusal.html",
        status=refusal.status,
        sign_in=refusal.status == 401,
        heading=words.gettext(refusal.title),
        text=words.gettext(refusal.text, **fields),
    )


def _plain(data: dict[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, str | int | float | bool | None) else str(value)
        for name, value in data.items()
    }
