"""The terminal user interface: one app, its screens and its widgets."""
