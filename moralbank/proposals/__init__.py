"""What takes two people (双人复核): proposed by one, confirmed by another."""
