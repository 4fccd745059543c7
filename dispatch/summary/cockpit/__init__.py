"""What the cockpit shows, assembled from the rollups and a few bounded, indexed reads of tickets."""
