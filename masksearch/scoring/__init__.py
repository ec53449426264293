"""Scoring of answers per blank, without any model; the judge and evaluation share it."""
