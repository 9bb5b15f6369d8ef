"""Speed, memory and load, measured by the project's own generators. See README.md."""
