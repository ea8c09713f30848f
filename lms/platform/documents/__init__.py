"""Documents: one table for screen and file, PDF by WeasyPrint, spreadsheets by XlsxWriter."""
