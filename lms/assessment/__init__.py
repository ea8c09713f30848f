"""The question bank, papers, attempts and marking; who is obliged is not known here."""
