"""The commands, a module for each topic; none imports anything heavy until it runs."""
