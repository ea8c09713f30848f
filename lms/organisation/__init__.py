"""Units in a dated tree, people, their postings and absences, and the rosters that offices send."""
