"""The team and the judge as language models that speak from the prompt files."""
