"""Bars of questions, baselines and figures."""
