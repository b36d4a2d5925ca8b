"""Passbooks (存折): a household's points on paper, line by line, as the ledger has them."""
