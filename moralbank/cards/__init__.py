"""Point cards: tokens, states, sheets, and the page a card's code opens."""
