"""The cockpit's pages and their JSON, for people and for screens on walls."""
