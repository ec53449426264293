"""Search engines outside this process, one class a file."""
