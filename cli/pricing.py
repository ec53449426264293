"""What the models behind a run's rows cost, as far as that is set."""

from __future__ import annotations

from cli.work import read_settings
from masksearch.errors import ModelError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.episodes import evaluated
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.rows.own_model import EndpointModel
from masksearch.run_folder import RunFolder
from masksearch.settings import Endpoint, Settings

_ENDPOINT = EndpointModel.prefix


def row_prices(run: RunFolder, benchmark: Benchmark) -> dict[str, Prices]:
    """The prices of the rows whose models are endpoints; raises ConfigError."""
    names = [one.row for one in evaluated(run, benchmark.name) if one.row.startswith(_ENDPOINT)]
    if not names:
        return {}
    settings = read_settings()
    return {name: _prices(settings, name.removeprefix(_ENDPOINT)) for name in names}


def _prices(settings: Settings, name: str) -> Prices:
    try:
        endpoint = _endpoint(settings, name)
    except ModelError:
        return _unknown(name)
    read, written = endpoint.usd_per_million_input, endpoint.usd_per_million_output
    return _unknown(name) if read is None or written is None else Prices(read, written)


def _endpoint(settings: Settings, name: str) -> Endpoint:
    return settings.endpoint("agent") if name == "agent" else settings.named_endpoint(name)


def _unknown(name: str) -> Prices:
    prefix = f"MASKSEARCH_{name.upper()}_USD_PER_MILLION"
    return Prices(unknown=f"nothing says what {name} costs: set {prefix}_INPUT and {prefix}_OUTPUT")
