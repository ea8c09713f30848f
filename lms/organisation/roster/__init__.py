"""Rosters: a file of an office → rows with their places → records and problems → what would change.

`sheets` opens any file as rows of cells, `columns` finds the header, `records` reads people out of rows, `titles` names
position groups, `difference` compares with what is believed. Nothing here touches the database or a request.
"""
