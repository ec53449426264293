"""Questions of benchmarks and their answers, read from the files in which they are published."""
