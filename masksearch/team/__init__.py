"""The extractive team: rule-based planner, rewriter and observer, without a model.

It is the keyless default and the first teacher. It only ever sees a task's prompt and
what its own queries brought back, so it fails where alignment fails.
"""
