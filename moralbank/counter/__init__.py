"""The counter: points become credit, credit becomes goods, and a slip says so."""
