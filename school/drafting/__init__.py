"""Working on a version of the schedule: changes by several at once, copies, what differs, warnings."""
