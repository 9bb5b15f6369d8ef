"""Who gets what from every page: one row for each route and method, one column for each reader.

A row names the answer's status. `303` of a reader who is not signed in leads to the sign-in; of others it is
an accepted form or a way on. What a reader may not see of somebody else's does not exist for them: `404`.
"""

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Row:
    """Statuses by reader. `host`, `student` and `parent` belong to the session that the paths name."""

    nobody: int
    student: int
    classmate: int
    parent: int
    host: int
    colleague: int
    methodist: int
    head: int
    administrator: int


READERS: Final = tuple(field.name for field in fields(Row))


def everybody(status: int) -> Row:
    """The same answer for all."""
    return Row(**dict.fromkeys(READERS, status))


def signed_in(status: int, *, nobody: int = 303) -> Row:
    """The same answer for all who are signed in."""
    return Row(**(dict.fromkeys(READERS, status) | {"nobody": nobody}))


def only(*readers: str, status: int, others: int, nobody: int) -> Row:
    """One answer for those named, another for the rest who are signed in."""
    return Row(**(dict.fromkeys(READERS, others) | {"nobody": nobody} | dict.fromkeys(readers, status)))


def administrators(status: int, method: str = "POST") -> Row:
    """A page of the administrator's alone."""
    return only("administrator", status=status, others=403, nobody=303 if method == "GET" else 401)


TABLE: Final = MappingProxyType(
    {
        ("settings", "GET"): administrators(200, "GET"),
        ("organisation", "GET"): administrators(200, "GET"),
        ("organisation", "POST"): administrators(422),
        ("acts", "GET"): administrators(200, "GET"),
        ("acts", "POST"): administrators(422),
        ("act_end", "POST"): administrators(422),
        ("act_file", "GET"): signed_in(404),  # the act has none; one that has is in test_local_acts
        ("calendar", "GET"): administrators(200, "GET"),
        ("calendar", "POST"): administrators(400),
        ("study", "GET"): only("methodist", "administrator", status=200, others=403, nobody=303),
        ("programme", "GET"): only("methodist", "administrator", status=200, others=403, nobody=303),
        ("subject", "GET"): only("methodist", "administrator", status=200, others=403, nobody=303),
        ("programme", "POST"): only("methodist", "administrator", status=422, others=403, nobody=401),
        ("programme_add", "POST"): only("methodist", "administrator", status=422, others=403, nobody=401),
        ("subject", "POST"): only("methodist", "administrator", status=422, others=403, nobody=401),
        ("subject_add", "POST"): only("methodist", "administrator", status=422, others=403, nobody=401),
        ("people", "GET"): administrators(200, "GET"),
        ("person_new", "GET"): administrators(200, "GET"),
        ("person_new", "POST"): administrators(422),
        ("person", "GET"): administrators(200, "GET"),
        ("person_edit", "GET"): administrators(200, "GET"),
        ("person_edit", "POST"): administrators(422),
        ("person_roles", "POST"): administrators(409),  # of a form that showed nobody's roles
        ("person_appoint", "POST"): administrators(422),
        ("appointment_end", "POST"): administrators(422),
        ("person_link", "POST"): administrators(422),
        ("link_state", "POST"): administrators(422),
        ("person_password", "POST"): administrators(200),
        ("person_sign_ins", "POST"): administrators(303),
        ("person_end", "GET"): administrators(200, "GET"),
        ("person_end", "POST"): administrators(422),
        ("person_back", "POST"): administrators(303),
        ("groups", "GET"): administrators(200, "GET"),
        ("groups", "POST"): administrators(422),
        ("group", "GET"): administrators(200, "GET"),
        ("group", "POST"): administrators(422),
        ("member_add", "POST"): administrators(422),
        ("member_end", "POST"): administrators(422),
        ("sign_in_code", "POST"): everybody(303),  # back to the sign-in: nobody's password was right
        ("second_factor", "GET"): Row(303, 403, 403, 403, 200, 200, 200, 200, 200),
        ("second_factor", "POST"): Row(401, 403, 403, 403, 422, 422, 422, 422, 422),
        ("person_factor", "POST"): administrators(303),
        ("account", "GET"): signed_in(200),
        ("account_habits", "POST"): signed_in(303, nobody=401),
        ("account_password", "GET"): signed_in(200),
        ("account_password", "POST"): signed_in(422, nobody=401),
        ("account_sign_ins", "POST"): signed_in(303, nobody=401),
        ("account_consent", "POST"): only("student", "classmate", status=422, others=403, nobody=401),
        ("home", "GET"): everybody(303),
        ("schedule", "GET"): everybody(200),
        ("schedule_embed", "GET"): everybody(200),
        # Of no published schedule; files of one are in test_schedule_files.
        ("schedule_xlsx", "GET"): everybody(404),
        ("schedule_docx", "GET"): everybody(404),
        ("schedule_pdf", "GET"): everybody(404),
        ("schedule_ics", "GET"): everybody(404),
        ("line", "GET"): everybody(404),  # of no such key; a known one is in test_schedule_pages
        ("sign_in", "GET"): signed_in(303, nobody=200),
        ("sign_in", "POST"): everybody(422),
        ("sign_out", "POST"): everybody(303),
        ("language", "POST"): everybody(422),
        ("look", "POST"): everybody(303),
        ("healthz", "GET"): everybody(200),
        ("metrics", "GET"): everybody(404),  # without a token; with one, see test_metrics
        ("today", "GET"): signed_in(200),
        ("act", "GET"): signed_in(200),
        ("live", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("audit", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("audit_csv", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("system", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("overview", "GET"): only("head", status=200, others=403, nobody=303),
        ("overview_list", "GET"): only("head", status=200, others=403, nobody=303),
        ("my", "GET"): signed_in(200),
        ("child", "GET"): only("parent", status=200, others=404, nobody=303),
        ("session", "GET"): only(
            "host",
            "student",
            "parent",
            "methodist",
            "head",
            "administrator",
            status=200,
            others=404,
            nobody=303,
        ),
        ("topic", "POST"): Row(
            nobody=401,
            student=403,
            classmate=404,
            parent=403,
            host=422,
            colleague=404,
            methodist=403,
            head=403,
            administrator=403,
        ),
        ("session_chat", "GET"): only("host", "student", "parent", status=200, others=404, nobody=303),
        ("session_file", "GET"): signed_in(404),  # of no such file; test_session_chat has one
        ("omission", "POST"): Row(
            nobody=401,
            student=403,
            classmate=404,
            parent=403,
            host=422,
            colleague=404,
            methodist=403,
            head=403,
            administrator=403,
        ),
        ("links", "POST"): Row(
            nobody=401,
            student=403,
            classmate=404,
            parent=403,
            host=400,
            colleague=404,
            methodist=400,
            head=403,
            administrator=400,
        ),
        ("links", "GET"): Row(
            nobody=303,
            student=403,
            classmate=404,
            parent=403,
            host=200,
            colleague=404,
            methodist=200,
            head=403,
            administrator=200,
        ),
        ("attendance", "GET"): only("host", "head", "administrator", status=200, others=404, nobody=303),
        ("attendance", "POST"): Row(
            nobody=401,
            student=404,
            classmate=404,
            parent=404,
            host=422,
            colleague=404,
            methodist=404,
            head=403,
            administrator=403,
        ),
        ("quality", "GET"): only("host", "administrator", status=200, others=404, nobody=303),
        ("qualities", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("week", "GET"): signed_in(200),
        ("session_new", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("session_new", "POST"): only("administrator", status=422, others=403, nobody=401),
        ("session_change", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("session_cancel", "POST"): only("administrator", status=422, others=403, nobody=401),
        ("session_move", "POST"): only("administrator", status=422, others=403, nobody=401),
        ("session_families", "GET"): only("administrator", status=404, others=403, nobody=303),
        ("session_families", "POST"): only("administrator", status=404, others=403, nobody=401),
        ("recalculation", "GET"): only("administrator", status=200, others=403, nobody=303),
        ("recalculation", "POST"): only("administrator", status=422, others=403, nobody=401),
        ("versions", "GET"): only("methodist", "head", status=200, others=403, nobody=303),
        ("version_new", "GET"): only("methodist", status=200, others=403, nobody=303),
        ("version_new", "POST"): only("methodist", status=422, others=403, nobody=401),
        ("version", "GET"): only("methodist", "head", status=200, others=403, nobody=303),
        ("version_edit", "GET"): only("methodist", status=200, others=403, nobody=303),
        ("version_edit", "POST"): only("methodist", status=422, others=403, nobody=401),
        ("line_new", "GET"): only("methodist", status=200, others=403, nobody=303),
        ("line_new", "POST"): only("methodist", status=422, others=403, nobody=401),
        ("line_edit", "GET"): only("methodist", status=200, others=403, nobody=303),
        ("line_edit", "POST"): only("methodist", status=422, others=403, nobody=401),
        ("line_remove", "POST"): only("methodist", status=400, others=403, nobody=401),
        ("version_submit", "POST"): only("methodist", status=303, others=403, nobody=401),
        ("version_take_back", "POST"): only("methodist", status=303, others=403, nobody=401),
        ("version_discard", "POST"): only(
            "methodist", status=409, others=403, nobody=401
        ),  # of no known print
        ("version_approve", "POST"): only("head", status=422, others=403, nobody=401),
        ("version_return", "POST"): only("head", status=422, others=403, nobody=401),
        ("version_publish", "POST"): only("methodist", status=422, others=403, nobody=401),
        # The student's own link: it names and admits its bearer, whoever is signed in.
        ("link", "GET"): everybody(200),
        ("link", "POST"): everybody(303),
        ("room", "GET"): only("host", "student", "parent", status=200, others=403, nobody=303),
        # Those who may come in but are not inside; test_room_files has those who are.
        ("room_files", "POST"): only("host", "student", "parent", status=400, others=403, nobody=401),
        ("room_file", "GET"): only("host", "student", "parent", status=404, others=403, nobody=401),
        # Of no known step; test_room_probe has those who try.
        ("room_probe", "POST"): only("host", "student", "parent", status=422, others=403, nobody=401),
        ("room_ticket", "POST"): only("host", "student", "parent", status=200, others=403, nobody=401),
    }
)
