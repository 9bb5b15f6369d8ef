"""The consultation schedule: versions, lines, publication (cl. 3.4, annex)."""
