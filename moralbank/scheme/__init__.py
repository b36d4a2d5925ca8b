"""The village's rules of points (积分细则): versions, categories, items, caps."""
