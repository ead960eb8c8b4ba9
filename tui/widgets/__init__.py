"""Widgets: each owns one thing, says what the user did in messages, and calls nobody."""
