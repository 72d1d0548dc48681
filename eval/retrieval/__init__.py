"""How good and how fast search is."""
