"""How the made-up city is drawn: names, work places, careers and studies. Pure: a seed and plain values decide."""
