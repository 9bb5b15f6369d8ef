"""Sessions: single consultations with their instants, topic, addressees and course (cl. 3.2, 3.5)."""
