"""Everything that can be printed: one page that leads to it, previews, and long jobs."""
