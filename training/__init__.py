"""Everything that needs torch: data for training, SFT, and in-process models."""

import os

# Read when huggingface_hub is imported; TRL would tell it of every training.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # noqa: TID251 - nothing is read
