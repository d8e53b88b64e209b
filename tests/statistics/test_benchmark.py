"""The benchmark runs, on a size that a test can bear."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "statistics.py"


def test_a_small_run_reports_every_stage(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("benchmark_statistics", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.run(3000, folder=tmp_path)
    assert json.loads(json.dumps(found)) == found
    assert found["respondents"] == 3000
    assert (found["measures"], found["margins"]) == (13, 3)
    assert found["estimates"] == 13 * (1 + 100 + 16)
    assert set(found["seconds"]) == {"read", "tally", "estimate", "total", "wall"}
    assert 0 < found["peak_mb"] < 500
