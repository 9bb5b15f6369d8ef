"""The calendar: terms, breaks, holidays, transferred days, even and odd weeks (R36)."""
