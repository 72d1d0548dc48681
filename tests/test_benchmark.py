"""The benchmark: what it counts, what it compares, and the form of what it tells. Times are nobody's to test."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import models
from eval.speed import comparison, machine, processes
from eval.speed.benchmark import benchmark
from eval.speed.comparison import Comparison, Limit, compare, only
from eval.speed.operations import EncoderSize
from eval.speed.parts import operators, steps
from eval.speed.processes import start
from eval.speed.repetition import Spread, interleaved
from eval.speed.systems import PLAIN, PRODUCT, SYSTEMS, Bench, Missing, System, ready
from eval.speed.workload import batches, characters, reports, rows, statements
from nlp.cli import app
from nlp.errors import GongkaiError, ModelError
from nlp.labels import Category
from nlp.tagger import Tagger
from nlp.window import encode, row_length, windows
from training.annotation import read_split

FEW = 3
ENCODER = {
    "vocab_size": 19096,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "pad_token_id": 1,
}


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a very small model of random weights, and the default model's tokenizer."""
    torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
    pytest.importorskip("transformers")
    from nlp.decoding import DecodingSettings
    from training.export import write_model
    from training.model import StatementConfig, StatementModel

    torch.manual_seed(0)
    model = StatementModel(StatementConfig(encoder=ENCODER))
    directory = tmp_path_factory.mktemp("tiny")
    write_model(
        model,
        models.find(models.DEFAULT) / models.TOKENIZER,
        directory,
        name="tiny",
        version="0",
        settings=DecodingSettings(),
        details={"encoder": ENCODER},
    )
    return directory


@pytest.fixture(scope="module")
def bench(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(str(tiny), tmp_path_factory.mktemp("scratch"), 1, read_split("train")[::60])


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the extra `train` was not installed."""
    ours = (
        "eval.speed.statementwise",
        "training.run",
        "training.model",
        "training.export",
        "training.restoring",
    )
    for name in ours:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in ("torch", "transformers", "onnx"):
        monkeypatch.setitem(sys.modules, name, None)
    yield


def test_the_products_batches_hold_little_padding() -> None:
    found = rows(batches(Tagger.load(), list(reports(len(read_split("dev"))))))
    assert found.share >= 0.85


def test_rows_are_those_of_the_products_windows() -> None:
    work = list(reports(FEW))
    tagger = Tagger.load()
    encoded = encode([section for report in work for section in report.sections], tagger.tokenizer)
    expected = [
        row_length(one, window)
        for one in encoded
        for window in windows(one, tagger.max_tokens, tagger.context)
    ]
    found = rows(batches(tagger, work))
    assert sorted(found.lengths) == sorted(expected)
    assert found.cells >= sum(expected)


def test_reports_are_repeated_to_their_number() -> None:
    dev = [annotated.report for annotated in read_split("dev")]
    found = list(reports(len(dev) + 2))
    assert found == [*dev, *dev[:2]]
    assert statements(found[:1]) == len(list(dev[0].statements()))
    assert characters(found[:2]) == sum(len(s.text) for report in dev[:2] for s in report.sections)


def test_operations_are_those_that_torch_counts() -> None:
    torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
    transformers = pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    encoder = transformers.BertModel(transformers.BertConfig(**ENCODER), add_pooling_layer=False).train(False)
    encoder.set_attn_implementation("eager")
    counted = 0
    for length in (7, 40):
        with torch.inference_mode(), FlopCounterMode(display=False) as counter:
            encoder(input_ids=torch.ones(1, length, dtype=torch.long))
        counted += counter.get_total_flops()
    assert EncoderSize(2, 32, 64).operations(np.asarray([7, 40])) == counted


def test_an_encoders_size_is_in_its_models_configuration(tiny: Path, tmp_path: Path) -> None:
    assert EncoderSize.of(tiny) == EncoderSize(layers=2, hidden=32, intermediate=64)
    for file in tiny.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tiny / models.CONFIG).read_text(encoding="utf-8"))
    del config["encoder"]
    (tmp_path / models.CONFIG).write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="does not tell"):
        EncoderSize.of(tmp_path)


def test_rounds_alternate_and_are_told() -> None:
    order: list[str] = []
    told: list[str] = []
    found = interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3, told.append)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert [len(found[name]) for name in "ab"] == [3, 3]
    assert len(told) == 6
    assert "round 3 of 3" in told[-1]


def test_ratios_are_of_the_same_round() -> None:
    limit = Limit(operations=1000, rates={"slow": 100.0, "fast": 1000.0})
    seconds: dict[str, list[float] | Missing] = {PRODUCT: [2.0, 4.0, 1.0], PLAIN: [8.0, 40.0, 5.0]}
    found = Comparison(
        10, 800, {**seconds, "lost": Missing("why"), "TF-IDF": [1.0] * 3}, limit, frozenset(["TF-IDF"])
    )
    assert found.ratio_to_plain(PRODUCT) == Spread(5.0, 4.0, 10.0)
    assert found.ratio_to_plain(PLAIN) == Spread(1.0, 1.0, 1.0)
    assert found.fraction_of_limit(PRODUCT) == Spread(0.5, 0.25, 1.0)
    assert found.characters_per_second(PRODUCT) == Spread(400.0, 200.0, 800.0)
    assert found.row("TF-IDF")["fraction_of_limit"] is None, "it has no encoder"
    assert found.row("lost") == {"missing": "why"}
    assert found.limit_row()["type"] == "fast"
    assert found.limit_row()["characters_per_second"] == 800


def test_every_system_tags_every_report(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
    from training import builtin, precision

    monkeypatch.setattr(builtin, "encoder_directory", lambda: _encoder_directory(bench.scratch, bench.model))
    monkeypatch.setattr(precision, "autocast_dtype", lambda: torch.bfloat16)
    work = list(reports(FEW))
    for system in SYSTEMS:
        run = ready(system, bench)
        if system.name == "OpenVINO" and find_spec("openvino") is None:
            assert isinstance(run, Missing) and "gongkai[openvino]" in run.reason
            continue
        assert not isinstance(run, Missing), system.name
        found: Any = run(work)
        if system.name in (PLAIN, "SetFit style"):
            assert len(found) == statements(work)
            assert set(found) <= set(Category)
        elif system.name == "TF-IDF":
            assert [s.text for s in found] == [s.text for report in work for s in report.sections]
        else:
            assert [r.source for r in found] == [r.source for r in work]
            assert all(section.statements for report in found for section in report.sections)


def test_bfloat16_is_left_out_where_it_is_only_imitated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the extra `train` is not installed")
    from training import precision

    monkeypatch.setattr(precision, "autocast_dtype", lambda: None)
    (system,) = only("torch bfloat16")
    assert isinstance(made := ready(system, bench), Missing)
    assert "imitates bfloat16" in made.reason


def _encoder_directory(scratch: Path, model: str) -> Path:
    """A very small encoder in place of the built-in one, which may have to be fetched."""
    from transformers import BertConfig, BertModel

    directory = scratch / "encoder"
    BertModel(BertConfig(**ENCODER), add_pooling_layer=False).save_pretrained(directory)
    tokenizer = models.find(model) / models.TOKENIZER
    (directory / models.TOKENIZER).write_bytes(tokenizer.read_bytes())
    return directory


def test_the_same_weights_answer_alike_whatever_runs_them(bench: Bench) -> None:
    """In windows of one statement, the plain pipeline and the product's windows see the same."""
    from eval.speed.statementwise import PlainPipeline
    from training.run import TorchEngine

    (report,) = reports(1)
    alone = [
        replace(section, text=s.text, statements=(replace(s, start=0, end=len(s.text)),))
        for section in report.sections
        for s in section.statements
    ]
    plain = PlainPipeline(bench.torch_model, bench.tagger.tokenizer)
    tagger = replace(bench.tagger, engine=TorchEngine(bench.torch_model))
    classified = [s.category for section in tagger.classify(alone) for s in section.statements]
    assert plain.classify([report]) == classified


def test_a_comparison_has_a_figure_for_every_system_and_the_limit(bench: Bench) -> None:
    found = compare(bench, list(reports(FEW)), 2, silent, comparison.BOTH)
    for name in (PRODUCT, PLAIN):
        row = found.row(name)
        assert all(0 < row[key][1] <= row[key][0] <= row[key][2] for key in row)
        assert row["fraction_of_limit"][0] < 1, "nothing is faster than its matrix products alone"
    assert isinstance(found.limit, Limit)
    assert {"torch float32", "onnxruntime int8"} <= set(found.limit.rates)


def test_without_torch_the_product_is_measured_and_the_rest_say_what_is_missing(
    bench: Bench, without_torch: None
) -> None:
    fresh = Bench(bench.model, bench.scratch, 1, bench.training)
    found = compare(fresh, list(reports(1)), 1, silent, only(PRODUCT, PLAIN, "onnxruntime float32"))
    assert found.characters_per_second(PRODUCT)
    assert found.row(PRODUCT)["ratio_to_plain_pipeline"] is None
    for row in (found.row(PLAIN), found.row("onnxruntime float32"), found.limit_row()):
        assert "gongkai[train]" in row["missing"]


def test_a_system_that_gongkai_itself_cannot_make_says_why(bench: Bench) -> None:
    def fail(_: Bench) -> Any:
        raise ModelError("no such encoder")

    assert ready(System("x", "", fail), bench) == Missing("no such encoder")


def test_shares_of_time_are_of_a_whole(bench: Bench) -> None:
    work = list(reports(FEW))
    shares = steps(bench.tagger, work)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    graph = models.find(bench.model) / models.GRAPH
    by_operation = operators(graph, batches(bench.tagger, work), 1)
    assert sum(by_operation.values()) == pytest.approx(1, abs=1e-2)
    assert any("MatMul" in name for name in by_operation)


def test_a_start_has_its_parts_and_a_process_that_fails_says_why(tiny: Path, tmp_path: Path) -> None:
    found = start(str(tiny), silent, starts=1)
    assert list(found.parts) == [
        "interpreter", "imports", "reading the report", "loading the model", "first window",
    ]  # fmt: skip
    assert found.first_window.median == pytest.approx(sum(part.median for part in found.parts.values()))
    assert found.help.median > 0
    if sys.platform != "win32":
        assert found.peak_bytes is not None
        assert 20e6 < found.peak_bytes < 2e9
    with pytest.raises(GongkaiError, match="no such directory"):
        start(str(tmp_path / "none"), silent, starts=1)


def test_peak_memory_is_the_commands_own_not_that_of_what_started_it() -> None:
    held = np.ones(60_000_000, dtype=np.float64)
    ran = processes._output([sys.executable, "-m", "eval.speed.launcher", sys.executable, "-c", "pass"])
    assert held.sum() == len(held)
    if sys.platform != "win32":
        assert ran["peak_bytes"] < 100e6


def test_the_command_tells_everything_as_json_and_as_a_table(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.speed import benchmark as module

    result = benchmark(
        str(tiny),
        FEW,
        1,
        silent,
        linear=(1, 2),
        pages=3,
        starts=1,
        systems=only(PRODUCT, PLAIN, "torch bfloat16"),
    )
    assert [row["name"] for row in result["systems"]] == [PRODUCT, PLAIN, "torch bfloat16"]
    assert result["ratio_to_plain_pipeline"] > 0
    assert 0 < result["fraction_of_limit"] < 1
    assert result["texts"]["reports"] == FEW
    assert result["texts"]["share_of_real_tokens"] <= 1
    assert result["threads"][-1]["threads"] == machine.cores()
    assert [row["reports"] for row in result["linear"]] == [1, 2]
    assert result["long_report"]["characters"] > 3000
    assert json.loads(json.dumps(result)) == result
    assert str(Path.home()) not in json.dumps(result)

    lost = dict(result["systems"][0], name="lost", what="not there")
    for key in (
        "characters_per_second",
        "reports_per_second",
        "ratio_to_plain_pipeline",
        "fraction_of_limit",
    ):
        del lost[key]
    result["systems"].append({**lost, "missing": "needs the extra"})
    monkeypatch.setattr(module, "benchmark", lambda *_, **__: result)
    told = CliRunner().invoke(app, ["benchmark", "--format", "json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["ratio_to_plain_pipeline"] == result["ratio_to_plain_pipeline"]
    table = CliRunner().invoke(app, ["benchmark"], env={"COLUMNS": "160"}).stdout
    for expected in (
        PRODUCT,
        "the limit",
        "needs the extra",
        "gongkai --help",
        "peak memory",
        "2 reports:",
        "3 pages",
    ):
        assert expected in table


def test_progress_goes_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.speed import benchmark as module

    def measure(model: str, number: int, repeats: int, say: Any, **_: Any) -> dict[str, Any]:
        say(f"round 1 of {repeats}, {number} reports, {model}")
        return {}

    monkeypatch.setattr(module, "benchmark", measure)
    ran = CliRunner().invoke(app, ["benchmark", "--reports", "5", "--repeats", "2", "-f", "json"])
    assert ran.stdout == "{}\n"
    assert ran.stderr == "round 1 of 2, 5 reports, default\n"


def test_an_unknown_format_is_refused() -> None:
    ran = CliRunner().invoke(app, ["benchmark", "--format", "xml"])
    assert isinstance(ran.exception, GongkaiError)
