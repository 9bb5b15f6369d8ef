"""Quick polls in a room (R47): one question at a time, one answer per person, kept with the session."""
