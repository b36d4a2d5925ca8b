"""Photos as evidence: checked, turned upright, stripped, sized down."""
