"""The shared whiteboard of a session (R47): strokes in the order in which they were drawn."""
