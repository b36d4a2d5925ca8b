"""Villages, their groups and what each has set for itself."""
