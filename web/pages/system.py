"""«Проверка системы»: what is wrong with this installation, in plain words, for its administrator."""

from aiohttp import web

from school.people.rules import Capability
from web.access import Route, capability
from web.findings import Verdict
from web.keys import INSPECTION, READER
from web.reply import page
from web.words import N_

_SUMMARY = {
    Verdict.GOOD: N_("Everything is in order."),
    Verdict.DOUBTFUL: N_("It works; see what is marked “worth a look”."),
    Verdict.BAD: N_("Something does not work; see what is marked “does not work”."),
}
_SIGN = {
    Verdict.GOOD: ("good", N_("in order")),
    Verdict.DOUBTFUL: ("warn", N_("worth a look")),
    Verdict.BAD: ("bad", N_("does not work")),
}


async def check(request: web.Request) -> web.Response:
    words = request[READER].words
    findings = await request.app[INSPECTION]()
    worst = max((finding.verdict for finding in findings), default=Verdict.GOOD)
    return page(
        request,
        "system/page.html",
        summary=words.gettext(_SUMMARY[worst]),
        look=_SIGN[worst][0],
        findings=[
            (_SIGN[one.verdict][0], words.gettext(_SIGN[one.verdict][1]), one.line(words))
            for one in sorted(findings, key=lambda one: -one.verdict)
        ],
    )


ROUTES = (Route("system", "GET", "/system", check, capability(Capability.MANAGE_SETTINGS)),)
