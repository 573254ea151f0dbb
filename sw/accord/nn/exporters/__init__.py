"""Exporters: graphs of this package in other formats."""
