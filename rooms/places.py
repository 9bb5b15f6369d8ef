"""How many a room holds: everything, then audio only, then the chat, then a waiting place (R49).

The number of places of a form is a setting of the organisation. Half as many people again get everything
but pictures, and up to three times as many the chat; who comes after them waits at the door. Hosts are not
counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rooms.rights import Place, carries_media
from school.organisation.queries import OrganisationRow
from school.schedule.models import Form

# Who loses the network for so long comes back to the same place (R48); nobody takes it meanwhile.
COMING_BACK: Final = timedelta(minutes=2)

_SHARES: Final = ((Place.WHOLE, 1.0), (Place.AUDIO, 1.5), (Place.CHAT, 3.0))


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """The place of somebody whose connection was lost: theirs since `since`, kept for them until `until`."""

    since: datetime
    until: datetime


def in_order(seated: Iterable[tuple[datetime, int]]) -> list[int]:
    """Give who has the first place, the second and so on, of pairs of since when and who."""
    return [person for _, person in sorted(seated)]


def place_of(number: int, form: Form, settings: OrganisationRow) -> Place | None:
    """Give what the `number`-th of those inside has, counted from 0; None: there is no room for them."""
    # A form without media has nothing to give less of.
    shares = _SHARES if carries_media(form) else _SHARES[:1]
    places = _places(form, settings)
    return next((place for place, share in shares if number < int(places * share)), None)


def _places(form: Form, settings: OrganisationRow) -> int:
    match form:
        case Form.WEBINAR:
            return settings.webinar_places
        case Form.VIDEOCONFERENCE:
            return settings.videoconference_places
        case Form.CHAT:
            return settings.chat_places
