"""Tasks as a data set for others: Parquet or JSONL with a data card, or the reference's records."""
