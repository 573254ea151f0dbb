"""Copies of the project, to be built in other ways and broken on purpose."""
