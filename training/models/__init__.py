"""Models in this process: loading, and the ports they implement."""
