"""Plans, clauses, requirements, audiences, and the obligations that follow from them."""
