"""A believable past for a demo township, lived through the real workflow functions."""
