"""What comes from the environment or `.env`: the only reader of either."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings named `MASKSEARCH_…` in the environment or in `.env`."""

    model_config = SettingsConfigDict(env_prefix="MASKSEARCH_", env_file=".env", extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".cache" / "masksearch")
    """Where fetched assets are kept."""
