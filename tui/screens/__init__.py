"""Screens: each composes widgets, calls the assistant off the UI thread, and routes what they say."""
