"""What every value and every record of a file is, and how older records are read.

Records carry `schema_version`, which every kind counts for itself; `upgrade` brings an older
record to its kind's present version and refuses a newer.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from masksearch.errors import SchemaError


class Value(BaseModel):
    """A frozen part of a record; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def changed(self, **fields: Any) -> Self:
        """A copy with other values in these fields; raises ValidationError as making it does."""
        return self.model_validate(dict(self) | fields)


class Record(Value):
    """What a line or a row of a file holds.

    A kind that changes gives `schema_version` a higher default and says in `upgraded` what an
    older record lacks. Version 2 of all kinds added what is known of each mask.
    """

    schema_version: int = 2

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        """A raw record of an older version as the present one has it."""
        return raw


R = TypeVar("R", bound=Record)


def version_of(kind: type[Record]) -> int:
    """The present schema version of a kind of record."""
    return int(kind.model_fields["schema_version"].default)


def upgrade(kind: type[Record], raw: dict[str, Any]) -> dict[str, Any]:
    """Bring a raw record to its kind's version; raises SchemaError for a newer one."""
    present = version_of(kind)
    version = raw.get("schema_version", present)
    if type(version) is not int or version < 1:
        raise SchemaError(f"not a schema version: {version!r}")
    if version > present:
        raise SchemaError(
            f"written with schema version {version}, this masksearch reads {kind.__name__} up to "
            f"{present}: upgrade masksearch"
        )
    if "schema_version" not in raw:
        return raw
    known = kind.upgraded(raw, version) if version < present else raw
    return {**known, "schema_version": present}


def read_record(kind: type[R], raw: dict[str, Any]) -> R:
    """Validate an upgraded raw record; raises SchemaError with the first fault."""
    try:
        return kind.model_validate(upgrade(kind, raw))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or kind.__name__
        raise SchemaError(f"not a {kind.__name__}: {where}: {fault['msg']}") from error
