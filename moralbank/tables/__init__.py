"""Lists that come in as files: read, marked row by row, kept until they are imported."""
