"""The bench of questions and evaluation."""
