"""Random sequences of what happens to people, through the real services; after every step three ways must agree."""
