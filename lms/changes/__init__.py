"""Acts on many people as change sets: seen before, applied whole, taken back row by row."""
