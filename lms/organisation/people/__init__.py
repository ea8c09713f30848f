"""What the pages of people share: the filters in an address, the list as a file."""
