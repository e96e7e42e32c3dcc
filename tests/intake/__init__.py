"""Leaflets as word processors and sites write them, made by hand: nothing in them is clinical."""
