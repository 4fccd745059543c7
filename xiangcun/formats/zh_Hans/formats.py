"""Moments look the same on the theme's lists as on our own pages: short, sortable, never wrapped."""

DATETIME_FORMAT = "Y-m-d H:i"
