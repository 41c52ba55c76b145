"""Wrong answers to the exercises of each lesson, and the words that each one must be told."""
