"""Files made from what pages show: one writer for each format."""
