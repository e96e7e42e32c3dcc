"""Bringing in a leaflet that the hospital has: a file in, what was recognised in it out.

`converting` is for the portal: it has the file read in a process of its own. What reads it there
is `reading`, with a module for each kind of file; `shaping` finds in any of them the title,
headings, lists, tables, references and citations.
"""
