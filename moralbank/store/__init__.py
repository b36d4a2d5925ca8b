"""The points supermarket: shops, products, stock."""
