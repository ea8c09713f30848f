"""On which days offices are closed: by law, by the lunar calendar, and as decided year by year."""
