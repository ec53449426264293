"""What every bench is made of: bars, places, processes."""
