"""Towns and counties: what their offices see of their villages, and how villages compare."""
