"""Files of any kind, kept in the database: what they are called, what they are, their bytes and SHA-256.

Whoever accepts a file takes it from the form with `web.forms.file` (the route names its `max_body`) and
calls `actions.store` in the transaction that also writes the row that refers to it (`stored_file.id`):
there is never a file without an owner. Whoever hands one out decides who may have it, reads it with
`queries.read`, and answers with `web.downloads.file`, whose headers keep a browser from running it.
"""
