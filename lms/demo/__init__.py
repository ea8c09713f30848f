"""A believable city to try the product on: people, postings, studies and accounts, made from a seed."""
