"""Which passages are good for tasks: length, language, duplicates, and benchmarks kept out."""
