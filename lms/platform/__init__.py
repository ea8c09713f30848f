"""What every domain stands on: database, clock, Vietnamese text, forms, pages, rights, events, files, documents."""
