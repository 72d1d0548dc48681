"""Engines: they agree, they say what is missing, and auto takes the fastest without making a short run wait."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models
from nlp.engine import Engine, OnnxEngine, Scores
from nlp.engines import choice, cuda, measured
from nlp.engines.choice import choose, load_engine
from nlp.engines.kind import EngineKind
from nlp.engines.measured import Measured
from nlp.errors import ModelError, UsageError
from nlp.tagger import Tagger
from nlp.window import Batch

TOKENS = 24


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A very small model with random weights as graphs: in 8 bits, with one operation for attention, and in float."""
    torch = pytest.importorskip("torch")
    from training.export import export_graph
    from training.model import StatementConfig, StatementModel

    root = tmp_path_factory.mktemp("graphs")
    sizes = {"vocab_size": 50, "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
    encoder = {**sizes, "model_type": "bert", "num_hidden_layers": 2, "max_position_embeddings": 64}
    torch.manual_seed(0)
    model = StatementModel(StatementConfig(encoder=encoder)).train(False)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    export_graph(model, root / "int8.onnx")
    export_graph(model, root / "float.onnx", int8=False)
    return root / "int8.onnx", root / "float.onnx"


def batch(windows: int = 5, tokens: int = TOKENS) -> Batch:
    """Random tokens in rows of different lengths."""
    random = np.random.default_rng(windows)
    ids = random.integers(1, 50, (windows, tokens))
    lengths = np.linspace(tokens // 2, tokens, windows).astype(int)
    mask = (np.arange(tokens) < lengths[:, None]).astype(np.int64)
    return Batch(ids * mask, mask, np.zeros_like(ids), np.full(ids.shape, 0.5, dtype=np.float32))


def far(a: Scores, b: Scores, given: Batch) -> float:
    """The largest difference of boundary logits, of tokens that are no padding."""
    return float(np.abs(_boundary(a, given) - _boundary(b, given)).max())


def alike(a: Scores, b: Scores, given: Batch) -> float:
    """The correlation of boundary logits, of tokens that are no padding."""
    return float(np.corrcoef(_boundary(a, given), _boundary(b, given))[0, 1])


def _boundary(scores: Scores, given: Batch) -> Any:
    return scores.boundary[given.attention_mask == 1]


def rewritten_engine(path: Path, scratch: Path, *, keep_weights: bool = False) -> OnnxEngine:
    """The rewritten graph on onnxruntime: what tells the rewriting from OpenVINO."""
    pytest.importorskip("onnx")
    from nlp.engines.floats import float_graph

    (scratch / "rewritten.onnx").write_bytes(float_graph(path, keep_weights=keep_weights))
    return OnnxEngine(scratch / "rewritten.onnx")


def test_the_rewritten_graph_says_what_the_graph_says(graphs: tuple[Path, Path], tmp_path: Path) -> None:
    int8, plain = graphs
    one = batch()
    exact = OnnxEngine(plain).run(one)
    assert far(rewritten_engine(plain, tmp_path).run(one), exact, one) < 1e-4
    rewritten = rewritten_engine(int8, tmp_path).run(one)
    assert alike(rewritten, OnnxEngine(int8).run(one), one) > 0.97
    assert alike(rewritten, exact, one) > 0.99  # only the weights are rounded
    kept = rewritten_engine(int8, tmp_path, keep_weights=True).run(one)
    assert alike(kept, exact, one) > 0.99  # onnxruntime, too, may then multiply in integers


def test_weights_that_stay_in_8_bits_take_the_room_of_the_shipped_ones() -> None:
    pytest.importorskip("onnx")
    from nlp.engines.floats import float_graph

    path = models.find(models.DEFAULT) / models.GRAPH
    floats, kept = len(float_graph(path)), len(float_graph(path, keep_weights=True))
    assert kept < path.stat().st_size * 1.1
    assert floats - kept > 0.5 * floats


def test_the_rewritten_graph_has_no_operations_but_plain_ones(graphs: tuple[Path, Path]) -> None:
    onnx = pytest.importorskip("onnx")
    from nlp.engines.floats import float_graph

    for path in (*graphs, models.find(models.DEFAULT) / models.GRAPH):
        nodes = onnx.load_model_from_string(float_graph(path)).graph.node
        assert {node.domain for node in nodes} <= {""}
        assert not {"MatMulInteger", "DynamicQuantizeLinear"} & {node.op_type for node in nodes}


def test_openvino_says_what_onnxruntime_says(graphs: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    from nlp.engines.openvino import OpenVinoEngine

    int8, _ = graphs
    engine, plain = OpenVinoEngine(int8, threads=1), rewritten_engine(int8, tmp_path)
    most = 1e-3 if engine.precision == "f32" else 0.3
    for shape in ((5, TOKENS), (1, 7), (3, 40)):
        one = batch(*shape)
        ours, theirs = engine.run(one), plain.run(one)
        assert far(ours, theirs, one) < most
        if engine.precision == "f32":
            assert (ours.segment == theirs.segment).all()
            np.testing.assert_allclose(ours.category, theirs.category, atol=1e-3)
            np.testing.assert_allclose(ours.themes, theirs.themes, atol=1e-3)
    assert ours.segment.dtype == np.int64


def test_scores_of_openvino_stay_when_it_runs_again(graphs: tuple[Path, Path]) -> None:
    pytest.importorskip("openvino")
    engine = load_engine(graphs[0], 1, EngineKind.OPENVINO)
    first = engine.run(batch())
    before = first.boundary.copy()
    engine.run(replace(batch(), input_ids=np.ones((5, TOKENS), dtype=np.int64)))
    assert (first.boundary == before).all()


@pytest.mark.slow
def test_statements_of_the_shipped_model_are_those_of_onnxruntime() -> None:
    pytest.importorskip("openvino")
    from training.annotation import read_split

    reports = [annotated.report for annotated in read_split("dev")][:8]
    found = []
    for kind in (EngineKind.ONNXRUNTIME, EngineKind.OPENVINO):
        tagged = Tagger.load(engine=kind).tag_many(reports)
        found.append(
            {(n, s.start, s.end, s.category) for n, report in enumerate(tagged) for s in report.statements()}
        )
    assert len(found[0] & found[1]) > 0.95 * len(found[0] | found[1])


@pytest.mark.parametrize("data", [b"", b"no graph", b"\xff" * 100])
def test_openvino_refuses_what_is_no_graph(data: bytes, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    (tmp_path / "model.onnx").write_bytes(data)
    with pytest.raises(ModelError):
        load_engine(tmp_path / "model.onnx", kind=EngineKind.OPENVINO)


def test_weights_in_other_files_are_refused_before_anything_reads_them(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from nlp.engines.floats import float_graph

    outside = onnx.TensorProto(name="w", data_type=1, dims=[1], data_location=1)
    outside.external_data.add(key="location", value="elsewhere")
    graph = onnx.helper.make_graph([], "g", [], [], [outside])
    (tmp_path / "model.onnx").write_bytes(onnx.helper.make_model(graph).SerializeToString())
    with pytest.raises(ValueError, match="other files"):
        float_graph(tmp_path / "model.onnx")


def test_without_openvino_it_says_what_to_install(
    graphs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(UsageError, match=r"gongkai\[openvino\]"):
        load_engine(graphs[0], kind=EngineKind.OPENVINO)


def test_without_cuda_it_says_so(graphs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "has_cuda", lambda: False)
    with pytest.raises(UsageError, match="no CUDAExecutionProvider"):
        load_engine(graphs[0], kind=EngineKind.CUDA)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_auto_does_without_a_card_that_is_not_there(
    graphs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """onnxruntime built with CUDA, on a machine without."""
    pytest.importorskip("onnx")
    for module in (choice, cuda):
        monkeypatch.setattr(module, "has_cuda", lambda: True)
    assert choose(graphs[0]).kind is EngineKind.CUDA
    assert isinstance(load_engine(graphs[0]), OnnxEngine)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nlp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "command", [["tag", "a.txt"], ["tag", "a.txt", "-o", "run/"], ["index", "a.db", "a.txt"]]
)
def test_an_engine_that_there_is_not_is_wrong_usage(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("存在的问题：人员不足。", encoding="utf-8")
    done = run(
        *(str(tmp_path / word) if word[-1:] in "tb/" and "." in word else word for word in command),
        "--engine",
        "tpu",
    )
    assert done.returncode == 2
    assert "no engine 'tpu'; choose from auto, onnxruntime, openvino, cuda" in done.stderr


# what auto takes


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without CUDA, with openvino, that remembers nothing yet."""
    file = tmp_path / "cache" / "engines.json"
    monkeypatch.setattr(measured, "memory_file", lambda: file)
    monkeypatch.setattr(choice, "has_cuda", lambda: False)
    monkeypatch.setattr(choice, "find_spec", lambda name: object())
    return file


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A file that nothing reads but for its digest."""
    (tmp_path / "model.onnx").write_bytes(b"graph")
    return tmp_path / "model.onnx"


def test_a_short_run_measures_nothing(memory: Path, graph: Path) -> None:
    assert choose(graph, long_run=False, measure=True).kind is EngineKind.ONNXRUNTIME
    assert not memory.exists()


def test_without_openvino_nothing_is_measured(
    memory: Path, graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    found = choose(graph, measure=True)
    assert found.kind is EngineKind.ONNXRUNTIME and "not installed" in found.reason
    assert not memory.exists()


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        ((1.0, 0.5), EngineKind.OPENVINO),
        ((1.0, 0.95), EngineKind.ONNXRUNTIME),
        ((1.0, 2.0), EngineKind.ONNXRUNTIME),
    ],
)
def test_what_was_measured_decides_and_is_remembered(
    seconds: tuple[float, float], kind: EngineKind, memory: Path, graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "first long run" in choose(graph).reason
    measured._remember(measured._key(graph, None), Measured(*seconds))
    found = choose(graph)
    assert found.kind is kind and "measured here" in found.reason
    monkeypatch.setattr(measured, "measured", lambda graph, threads: pytest.fail("measured again"))
    assert choose(graph, measure=True) == found
    assert "first long run" in choose(graph, threads=77).reason  # another number of cores is another question
    graph.write_bytes(b"another")
    assert "first long run" in choose(graph).reason


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"KEY": 3}', '{"KEY": {"onnxruntime": "x"}}'])
def test_a_damaged_memory_is_none(text: str, memory: Path, graph: Path) -> None:
    memory.parent.mkdir()
    key = json.dumps(measured._key(graph, None))
    memory.write_text(text.replace('"KEY"', key), encoding="utf-8")
    assert measured.remembered(graph) is None
    measured._remember(measured._key(graph, None), Measured(1.0, 2.0))
    assert measured.remembered(graph) == Measured(1.0, 2.0)
    assert [file.name for file in memory.parent.iterdir()] == [memory.name]


def test_a_cache_that_cannot_be_written_does_no_harm(memory: Path, graph: Path) -> None:
    memory.parent.write_text("a file where the directory should be", encoding="utf-8")
    measured._remember(measured._key(graph, None), Measured(1.0, 2.0))
    assert measured.remembered(graph) is None


def test_an_engine_that_cannot_be_measured_is_not_taken(
    memory: Path, graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(graph: Path, threads: int | None) -> Measured:
        raise ModelError("does not run")

    monkeypatch.setattr(measured, "measured", broken)
    assert choose(graph, measure=True).reason == "does not run"


def test_engines_are_timed_in_turn_on_the_same_batches() -> None:
    now = 0.0
    seen: list[tuple[str, tuple[int, ...]]] = []

    class Timed:
        def __init__(self, name: str, seconds: float) -> None:
            self.name, self.seconds = name, seconds

        def run(self, batch: Batch) -> Scores:
            nonlocal now
            now += self.seconds
            seen.append((self.name, batch.input_ids.shape))
            return Scores(*[np.zeros(0)] * 4)  # type: ignore[arg-type]

    engines: dict[str, Engine] = {"onnxruntime": Timed("a", 2.0), "openvino": Timed("b", 1.0)}
    found = measured.timed(engines, clock=lambda: now)
    assert (found.onnxruntime, found.openvino) == (2.0 * len(measured.SHAPES), 1.0 * len(measured.SHAPES))
    by_engine: dict[str, Any] = {name: [shape for one, shape in seen if one == name] for name in "ab"}
    assert by_engine["a"] == by_engine["b"] == [measured.WARM_UP, *measured.SHAPES]


def test_a_report_is_tagged_without_loading_what_it_does_not_need(tmp_path: Path) -> None:
    """Start-up: no other engine, no onnx, on the way to one report."""
    program = (
        "import sys; from nlp.tagger import Tagger; Tagger.load();"
        "print([n for n in ('openvino', 'onnx', 'nlp.engines.measured', 'nlp.engines.openvino') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "name", "units"),
    [
        ("model name\t: A\nflags\t\t: sse amx_bf16 amx_tile\n\nmodel name\t: A\n", "A", True),
        ("model name\t: B\nflags\t\t: sse avx512_bf16\n", "B", False),
    ],
)
def test_the_processor_is_read_from_what_the_system_lists(
    text: str, name: str, units: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from nlp.engines import processor

    listed = tmp_path / "cpuinfo"
    listed.write_text(text, encoding="utf-8")
    monkeypatch.setattr(processor, "CPUINFO", listed)
    assert processor.processor() == name
    assert processor.has_matrix_units() is units


def test_where_the_system_lists_no_processor_none_has_matrix_units(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from nlp.engines import processor

    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "none")
    assert not processor.has_matrix_units()
    assert isinstance(processor.processor(), str)
