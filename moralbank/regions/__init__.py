"""Towns and counties: offices that look at their villages, compare them, and print that."""
