"""The question bank, papers, attempts and marking."""
