"""Reading and checking a township's map (GeoJSON): pure, without the database."""
