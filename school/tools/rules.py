"""How long a timer and a break may be, how many pages are turned."""

TIMER_MINUTES = 180
BREAK_MINUTES = 60
MOST_PAGES = 2_000
