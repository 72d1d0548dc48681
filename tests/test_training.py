"""Training: the built-in encoder's file, augmentation, examples, the model and its export."""

from __future__ import annotations

import copy
import json
import random
import shutil
import struct
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers")

from tokenizers import Tokenizer  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

import models  # noqa: E402
from nlp.cli import app  # noqa: E402
from nlp.decoding import DecodingSettings  # noqa: E402
from nlp.engine import OnnxEngine  # noqa: E402
from nlp.enumerator import enumerator_at  # noqa: E402
from nlp.errors import GongkaiError, ModelError, UsageError  # noqa: E402
from nlp.labels import Category, SectionKind  # noqa: E402
from nlp.report import Section  # noqa: E402
from nlp.tagger import Tagger  # noqa: E402
from nlp.window import encode, special_ids  # noqa: E402
from training import run  # noqa: E402
from training.annotation import (  # noqa: E402
    CORPUS,
    FURTHER_REPORTS,
    AnnotatedReport,
    read_corpus,
    read_split,
    to_lines,
)
from training.annotation import parse as parse_lines  # noqa: E402
from training.augmentation import (  # noqa: E402
    NO_AUGMENTATION,
    Augmentation,
    LabelledSection,
    category_without_enumerator,
    change_enumerators,
)
from training.builtin import MAGIC, build_tokenizer, convert, is_kept, parse  # noqa: E402
from training.distillation import Teacher, shallow  # noqa: E402
from training.examples import IGNORED, Collator, ExampleMaker, from_row, to_rows  # noqa: E402
from training.export import (  # noqa: E402
    export_graph,
    replaced_directory,
    with_packed_encoder,
    write_model,
)
from training.model import StatementConfig, StatementModel, StatementOutput, pool  # noqa: E402
from training.ngrams import fit, refit  # noqa: E402
from training.packing import packed, unpacked  # noqa: E402
from training.plan import PLAN, Plan  # noqa: E402
from training.probing import begin_with_probes  # noqa: E402
from training.recipe import Recipe  # noqa: E402
from training.replay import with_replay  # noqa: E402
from training.restoring import load_torch  # noqa: E402
from training.run import RECIPES, TorchEngine, tagger_of, train_model  # noqa: E402
from training.smoothing import SmoothedLinear, smoothed  # noqa: E402
from training.trainer import train  # noqa: E402

PIECES = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")] + [
    (piece, -8.0)
    for piece in "▁公开信息申请办理栏目更新不及时下一步将加强培训，。；：、（）()一二三是要要年月0123456789.,:;政府"
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return build_tokenizer([*dict(PIECES).items(), ("公开", -3.0), ("hello", -9.0)])


@pytest.fixture(scope="module")
def sections() -> list[LabelledSection]:
    return [from_row(row) for row in to_rows(read_split("train")[::8])]


def e5_file(
    vocabulary: list[tuple[str, float]], hidden: int = 64, layers: int = 1, varied: bool = False
) -> bytes:
    """A small file in the 4-bit format, every quantized weight (nibble 9 - 8) x 0.5, every float 0.25.

    If `varied`, the quantized weights are drawn from -0.8 to 0.7, so that texts differ from each other.
    """
    text = "".join(piece for piece, _ in vocabulary).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece, _ in vocabulary)]).astype("<u4")
    scores = np.asarray([score for _, score in vocabulary], dtype="<f4")
    head = MAGIC + struct.pack("<I7ifi", 1, hidden, layers, 2, 128, len(vocabulary), 128, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(vocabulary), 0, 2, 1, 3, len(text)) + offsets.tobytes() + scores.tobytes()
    head += text + struct.pack("<iI", 0, 0)
    matrices = {"emb.word": len(vocabulary) * hidden}
    vectors = {"emb.pos": 128 * hidden, "emb.type": 2 * hidden, "emb.ln.w": hidden, "emb.ln.b": hidden}
    for layer in range(layers):
        matrices |= {f"l{layer}.{part}.w": hidden * hidden for part in ("q", "k", "v", "ao")}
        matrices |= {f"l{layer}.fi.w": 128 * hidden, f"l{layer}.fo.w": 128 * hidden}
        vectors |= {f"l{layer}.{part}.b": hidden for part in ("q", "k", "v", "ao", "fo")}
        vectors |= {f"l{layer}.fi.b": 128} | {
            f"l{layer}.{ln}.{x}": hidden for ln in ("aln", "oln") for x in "wb"
        }
    rng = np.random.default_rng(1)

    def block() -> bytes:
        if varied:
            return np.float16(0.1).tobytes() + rng.bytes(16)
        return np.float16(0.5).tobytes() + bytes([0x99] * 16)

    bodies = {name: (n, b"".join(block() for _ in range(n // 32))) for name, n in matrices.items()}
    bodies |= {name: (n, np.full(n, 0.25, "<f4").tobytes()) for name, n in vectors.items()}
    directory_size = 4 + sum(2 + len(name) + 21 for name in bodies)
    at, directory, content = len(head) + directory_size, struct.pack("<i", len(bodies)), b""
    for name, (count, body) in bodies.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, count, at + len(content), len(body))
        content += body
    return head + directory + content


def test_the_encoder_file_is_read_and_its_vocabulary_cut(tmp_path: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    source = parse(
        e5_file([*PIECES[:4], ("▁", -1.0), ("公开", -2.0), ("hello", -3.0), ("，", -2.5), ("7", -2.0)])
    )
    assert source.pieces[5] == ("公开", -2.0)
    assert np.all(source.tensors["l0.q.w"] == 0.5)
    assert source.tensors["emb.word"].shape == (9, 64)
    convert(source, tmp_path / "encoder")
    encoder = AutoModel.from_pretrained(tmp_path / "encoder")
    tokens = AutoTokenizer.from_pretrained(tmp_path / "encoder")
    assert len(tokens) == encoder.config.vocab_size == 8, "hello is not needed"
    assert tokens("公开", "7，").token_type_ids == [0, 0, 0, 1, 1, 1]


def test_a_file_that_is_no_encoder_is_refused() -> None:
    with pytest.raises(ModelError, match="bad magic"):
        parse(b"nothing of the kind")


@pytest.mark.parametrize("piece", ["公开", "〇", "2021", "，", "A", "%", "▁", "<s>", "㐀"])
def test_pieces_of_chinese_official_text_are_kept(piece: str) -> None:
    assert is_kept(piece)


@pytest.mark.parametrize("piece", ["hello", "▁the", "ない", "한국", "公開a", "…。"])
def test_other_pieces_are_not(piece: str) -> None:
    assert not is_kept(piece)


@settings(deadline=None)
@given(st.text(alphabet="公开信息１2，, \u3000\n\u200b①（", max_size=40))
def test_token_offsets_are_exact_in_the_original_text(text: str) -> None:
    reading = build_tokenizer(list(dict(PIECES).items())).encode(text, add_special_tokens=False)
    ends = [end for _, end in reading.offsets]
    assert ends == sorted(ends)
    covered = "".join(text[start:end] for start, end in reading.offsets)
    assert [ch for ch in covered if not ch.isspace() and ch != "\u200b"] == [
        ch for ch in text if not ch.isspace() and ch != "\u200b"
    ]


def test_blanks_and_the_width_of_punctuation_change_nothing(tokenizer: Tokenizer) -> None:
    plain = tokenizer.encode("（一）公开，信息：2021年")
    assert tokenizer.encode("( 一 )公　开, 信息:２０２１ 年").ids == plain.ids


@pytest.mark.parametrize(
    "change", [field.name for field in fields(Augmentation) if field.name != "enumerators"]
)
def test_every_augmentation_changes_the_form_and_keeps_the_labels(
    change: str, sections: list[LabelledSection]
) -> None:
    augmentation = replace(NO_AUGMENTATION, **{change: 1.0})
    rng = random.Random(0)
    changed = 0
    for section in sections:
        new = augmentation(section, rng)
        old_labels, new_labels = (
            [(s.category, s.themes) for paragraph in one.paragraphs for s in paragraph]
            for one in (section, new)
        )
        assert new_labels == old_labels
        assert all(s.text.strip() for paragraph in new.paragraphs for s in paragraph)
        changed += new != section
    assert changed > len(sections) / 10


def test_other_enumerators_keep_the_labels_and_no_enumerator_joins_what_only_it_parted(
    sections: list[LabelledSection],
) -> None:
    rng = random.Random(0)
    longer = fewer = 0
    for section in sections * 3:  # the style is drawn anew each time
        new = change_enumerators(section, rng)
        old, now = ([s for paragraph in one.paragraphs for s in paragraph] for one in (section, new))
        if len(old) == len(now):
            assert [(s.category, s.themes) for s in old] == [(s.category, s.themes) for s in now]
            longer += old != now
        else:
            assert len(now) < len(old)
            assert not any(enumerator_at(s.text) for s in now if s not in old)
            fewer += 1
    assert longer > 3
    assert fewer > 3


@pytest.mark.parametrize(
    ("text", "category", "following", "joined"),
    [
        ("主要存在以下问题：", "other", "problem", "problem"),
        ("更新不及时，", "problem", "problem", "problem"),
        ("更新不及时，", "problem", "improvement", None),
        ("更新不及时；", "problem", "problem", None),
        ("公开信息2件。”", "disclosure", "disclosure", None),
        ("还存在公开不及时等问题：", "problem", "other", "problem"),
    ],
)
def test_without_an_enumerator_the_guideline_says_what_parts_two_statements(
    text: str, category: str, following: str, joined: str | None
) -> None:
    found = category_without_enumerator(text, Category(category), Category(following))
    assert found == (Category(joined) if joined else None)


def test_no_augmentation_is_the_identity(sections: list[LabelledSection]) -> None:
    assert all(NO_AUGMENTATION(section, random.Random(0)) == section for section in sections)


def test_examples_carry_every_statement_of_a_section_once_or_more(
    tokenizer: Tokenizer, sections: list[LabelledSection]
) -> None:
    maker = ExampleMaker(tokenizer, NO_AUGMENTATION, random.Random(0), window_lengths=(64,))
    for section in sections[:40]:
        examples = maker.examples(section)
        statements = [s for paragraph in section.paragraphs for s in paragraph]
        assert sum(len(e.category) for e in examples) >= len(statements)
        for example in examples:
            assert set(example.statement) == set(range(len(example.category)))
            assert set(example.boundary) <= {IGNORED, 0, 1}
            assert len(example.boundary) == example.window.end - example.window.start


def test_the_collator_pads_little_and_numbers_statements_through_a_group(
    tokenizer: Tokenizer, sections: list[LabelledSection]
) -> None:
    maker = ExampleMaker(tokenizer, NO_AUGMENTATION, random.Random(0))
    groups = Collator(tokenizer)([{"examples": maker.examples(section)} for section in sections[:8]])[
        "groups"
    ]
    for group in groups:
        assert group["segment"].max() + 1 == group["segments"] == len(group["category_targets"])
        assert group["category_targets"][0] == IGNORED
        assert group["attention_mask"].float().mean() > 0.6


def test_pooling_is_the_mean_and_the_maximum_of_each_segment() -> None:
    states = torch.tensor([[1.0, 5.0], [3.0, 1.0], [-2.0, -4.0]])
    pooled = pool(states, torch.tensor([0, 0, 1]), 2)
    assert pooled.tolist() == [[2.0, 3.0, 3.0, 5.0], [-2.0, -4.0, -2.0, -4.0]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> StatementModel:
    """A very small model whose encoder's weights are all alike: it answers every text in the same way."""
    directory = tmp_path_factory.mktemp("encoder") / "tiny"
    convert(parse(e5_file([*dict(PIECES).items(), ("公开", -3.0)])), directory)
    torch.manual_seed(0)
    return StatementModel.from_encoder(str(directory)).eval()


@pytest.fixture(scope="module")
def varied(model: StatementModel) -> StatementModel:
    """The very small model with weights that differ from each other."""
    twin = copy.deepcopy(model)
    torch.manual_seed(1)
    for parameter in twin.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    return twin


def test_a_saved_model_loads_as_it_was(model: StatementModel, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    again = StatementModel.from_pretrained(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_a_packed_encoder_computes_the_same_and_is_unpacked_again(varied: StatementModel) -> None:
    ids = torch.arange(5, 29).view(2, 12)
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    twin = packed(varied.encoder)
    with torch.inference_mode():
        plain, fast, again = (
            one.train(False)(**inputs).last_hidden_state[mask.bool()]
            for one in (varied.encoder, twin, unpacked(twin))
        )
    torch.testing.assert_close(fast, plain, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(again, plain, atol=1e-5, rtol=1e-5)


def test_smoothing_moves_outliers_and_changes_no_output(varied: StatementModel, tokenizer: Tokenizer) -> None:
    def run(shown: StatementModel) -> list[Section]:
        return tagger_of(shown, tokenizer).tag_sections(
            [Section(SectionKind.OVERVIEW, "公开信息2件，更新不及时。")]
        )

    twin = smoothed(varied, run)
    factors = [layer.inverse for layer in twin.encoder.modules() if isinstance(layer, SmoothedLinear)]
    assert factors and all(len(factor.unique()) > 1 for factor in factors)
    assert not any(isinstance(layer, SmoothedLinear) for layer in varied.encoder.modules())
    ids = torch.arange(5, 13).unsqueeze(0)
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    with torch.inference_mode():
        plain, smooth = (m.train(False).token_states(*inputs) for m in (varied, twin))
    assert plain.std() > 0.1, "states that are all alike would tell nothing"
    torch.testing.assert_close(plain, smooth, atol=1e-4, rtol=1e-4)


def test_the_exported_graph_says_what_the_torch_model_says(
    varied: StatementModel, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    graph = tmp_path / "model.onnx"
    export_graph(varied, graph, int8=False)
    texts = [
        "公开信息，申请2件。栏目更新不及时；下一步将加强培训",
        "一是公开。\n二是公开，要公开。",
        "公开" * 9,
    ]
    sections = [Section(SectionKind.OVERVIEW, text) for text in texts]
    with_torch = Tagger("torch", TorchEngine(varied), tokenizer, max_tokens=32, context=4)
    with_onnx = replace(with_torch, engine=OnnxEngine(graph))
    encoded = encode(sections, tokenizer)
    for a, b in zip(with_torch.score(encoded), with_onnx.score(encoded), strict=True):
        assert a.boundary.std() > 1e-3 and a.category.std() > 1e-3, "answers that are all alike tell nothing"
        np.testing.assert_allclose(a.boundary, b.boundary, atol=1e-4)
        np.testing.assert_allclose(a.category, b.category, atol=1e-4)
        np.testing.assert_allclose(a.themes, b.themes, atol=1e-4)


def test_a_file_that_is_no_graph_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="not a model"):
        OnnxEngine(tmp_path / "model.onnx")


def test_a_tokenizer_without_the_special_tokens_is_a_model_error() -> None:
    from tokenizers import models

    with pytest.raises(ModelError, match="lacks"):
        special_ids(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))


# -- a whole run, with an encoder of one layer ---------------------------------------------------------


@pytest.fixture(scope="module")
def tiny_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reports to train on, and one for each of the other splits."""
    root = tmp_path_factory.mktemp("corpus")
    for split, first, last in (("train", 0, 3), ("dev", 3, 4), ("test", 4, 5)):
        (root / split).mkdir()
        lines = [line for annotated in read_split("train")[first:last] for line in to_lines(annotated)]
        (root / split / "reports.txt").write_text("\n".join(lines), encoding="utf-8")
    return root


def run_train(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nlp", "train", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


def test_a_run_from_the_command_line_gives_a_model_that_tags(tiny_corpus: Path, tmp_path: Path) -> None:
    encoder, run = tmp_path / "encoder", tmp_path / "run"
    convert(parse(e5_file([*dict(PIECES).items(), ("公开", -3.0)])), encoder)
    first = run_train(
        tiny_corpus, "-o", run, "--base", encoder, "--epochs", 1, "--batch", 4, "--name", "tiny"
    )
    assert first.returncode == 0, first.stderr[-2000:]
    assert "test  statement_f1" in first.stdout
    tagger = Tagger.load(run / "export")
    assert tagger.name == "tiny 1"
    report = read_split("train")[4].report
    assert "".join(s.text for s in tagger.tag(report).statements()) == "".join(
        s.text for s in report.statements()
    )
    card = (run / "export" / "README.md").read_text(encoding="utf-8")
    assert "| statement_f1 |" in card
    assert str(tmp_path) not in card.replace(str(encoder), ""), "no path of the machine but the base's own"

    again = run_train(tiny_corpus, "-o", run, "--base", encoder, "--epochs", 2, "--batch", 4)
    assert again.returncode == 2
    assert "--resume" in again.stderr
    shutil.rmtree(run / "export")
    resumed = run_train("-o", run, "--resume")
    assert resumed.returncode == 0, resumed.stderr[-2000:]
    assert resumed.stdout and first.stdout.endswith(resumed.stdout), (
        "trained already, the model is made again"
    )
    assert Tagger.load(run / "export").name == "tiny 1"


def fails(*arguments: object) -> str:
    """What `gongkai train` says is wrong with its arguments."""
    result = CliRunner().invoke(app, ["train", *map(str, arguments)])
    assert isinstance(result.exception, GongkaiError), result.output
    return str(result.exception)


@pytest.mark.parametrize(
    ("option", "before"),
    [
        (("--epochs", 4), "with 3"),
        (("--name", "other"), "with mine"),
        (("--from", "default"), "without it"),
        (("--rate", 2e-4), "with 0.0001"),
    ],
)
def test_a_resumed_run_takes_no_other_options_than_it_was_begun_with(
    option: tuple[str, object], before: str, tiny_corpus: Path, tmp_path: Path
) -> None:
    Plan(str(tiny_corpus), Recipe(epochs=3), name="mine").save(tmp_path)
    said = fails("-o", tmp_path, "--resume", *option)
    assert said == f"{option[0]}: the run was begun {before}, and --resume goes on with that"
    assert "CORPUS: the run was begun with" in fails(tmp_path, "-o", tmp_path, "--resume")


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert Plan.load(tmp_path) is None
    recipe = Recipe(epochs=3, head_rate=0.1 + 0.2, augmentation=replace(NO_AUGMENTATION, stops=0.5))
    plan = Plan("/一个语料", recipe, start="default", data="ours.txt", name="甲", version="2")
    plan.save(tmp_path)
    assert Plan.load(tmp_path) == plan
    (tmp_path / PLAN).write_text("{}", encoding="utf-8")
    assert "not what this version writes" in fails("-o", tmp_path, "--resume")


def test_a_corpus_without_its_splits_is_said(tmp_path: Path) -> None:
    assert "no directory train/" in fails(tmp_path, "-o", tmp_path / "run")


def test_layers_are_said_only_of_a_model_that_is_distilled(tiny_corpus: Path, tmp_path: Path) -> None:
    said = fails(tiny_corpus, "-o", tmp_path / "run", "--layers", 3)
    assert "--layers: goes with --distill-from" in said


@pytest.mark.parametrize("rate", ["0", "-1", "nan"])
def test_a_rate_that_teaches_nothing_is_refused(rate: str, tiny_corpus: Path, tmp_path: Path) -> None:
    assert "--rate: must be above 0" in fails(tiny_corpus, "-o", tmp_path / "run", "--rate", rate)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### a | 甲局 | 2021 | county-bureau | -\n", "test: no statement in any report"),
        ("### a | 甲局 | 2021 | county-bureau | -\n## overview\n公开信息2件。\n", "a.txt:3: not a statement"),
    ],
)
def test_what_is_wrong_with_the_test_split_is_said_before_training(
    text: str, said: str, tiny_corpus: Path, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(tiny_corpus, corpus)
    (corpus / "test" / "reports.txt").unlink()
    (corpus / "test" / "a.txt").write_text(text, encoding="utf-8")
    assert said in fails(corpus, "-o", tmp_path / "run")


def test_an_encoder_that_cannot_be_exported_is_refused_before_training(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    encoder = tmp_path / "encoder"
    convert(parse(e5_file([*dict(PIECES).items(), ("公开", -3.0)])), encoder)
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    (encoder / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}), encoding="utf-8")
    assert "this one has relu" in fails(tiny_corpus, "-o", tmp_path / "run", "--base", encoder)


def test_what_is_written_anew_is_complete_or_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "export"
    for text in ("first", "second"):
        with replaced_directory(target) as scratch:
            (scratch / "a").write_text(text)
            (scratch / text).touch()
    assert {file.name for file in target.iterdir()} == {"a", "second"}
    with pytest.raises(KeyboardInterrupt), replaced_directory(target) as scratch:
        (scratch / "a").write_text("third")
        raise KeyboardInterrupt
    assert (target / "a").read_text() == "second"
    assert [file.name for file in tmp_path.iterdir()] == ["export"]


# -- going on from a finished model --------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(varied: StatementModel, tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The very small model as a directory that the product loads, 8-bit and smoothed."""
    root = tmp_path_factory.mktemp("exported")
    tokenizer.save(str(root / "pieces.json"))
    section = Section(SectionKind.OVERVIEW, "公开信息2件，更新不及时。")
    write_model(
        smoothed(
            with_packed_encoder(varied), lambda shown: tagger_of(shown, tokenizer).tag_sections([section])
        ),
        root / "pieces.json",
        root / "model",
        name="tiny",
        version="1",
        settings=DecodingSettings(),
        details={"encoder": varied.config.encoder, "recipes": [Recipe().to_json()]},
    )
    return root / "model"


def test_an_exported_model_is_restored_but_for_rounding(varied: StatementModel, exported: Path) -> None:
    again, tokenizer_file = load_torch(exported)
    assert tokenizer_file == exported / "tokenizer.json"
    for (name, old), (_, new) in zip(
        sorted(varied.state_dict().items()), sorted(again.state_dict().items()), strict=True
    ):
        assert (old - new).norm() <= 0.03 * old.norm(), name


def test_a_graph_that_is_not_ours_is_not_restored(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "broken")
    (tmp_path / "broken" / "model.onnx").write_bytes(b"\x00")
    with pytest.raises(ModelError, match="trained further"):
        load_torch(tmp_path / "broken")


def test_a_student_has_the_first_and_the_last_of_its_teachers_layers(model: StatementModel) -> None:
    deep = copy.deepcopy(model)
    layer = deep.encoder.encoder.layer[0]
    deep.encoder.encoder.layer = torch.nn.ModuleList(copy.deepcopy(layer) for _ in range(6))
    for number, one in enumerate(deep.encoder.encoder.layer):
        torch.nn.init.constant_(one.output.dense.bias, number)
    student = shallow(deep, 3)
    kept = [one.output.dense.bias[0].item() for one in student.encoder.encoder.layer]
    assert kept[0] == 0.0 and kept[-1] == 5.0 and len(kept) == 3
    assert student.config.encoder["num_hidden_layers"] == 3
    assert len(deep.encoder.encoder.layer) == 6
    for layers in (1, 6):
        with pytest.raises(ModelError, match=f"of 6 layers has no student of {layers}"):
            shallow(deep, layers)


def test_a_student_that_is_its_teacher_has_nothing_to_learn(varied: StatementModel) -> None:
    ids = torch.arange(5, 13).unsqueeze(0)
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "token_type_ids": torch.zeros_like(ids),
        "segment": torch.tensor([[0, 1, 1, 1, 2, 2, 2, 2]]),
        "segments": 3,
    }
    asked, themed = torch.ones(8, dtype=torch.bool), torch.tensor([False, True, True])

    def gap(student: StatementModel) -> float:
        output = student.train(False)(**inputs)
        return float(Teacher(varied).loss(inputs, output, asked, themed).detach())

    other = copy.deepcopy(varied)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    same = gap(varied)
    floor = entropy_of_yes_or_no(varied.train(False)(**inputs), asked, themed)
    assert same == pytest.approx(floor, abs=1e-4), "only the entropy of the teacher's own answers is left"
    assert gap(other) > same


def test_a_teacher_goes_where_its_students_inputs_are() -> None:
    class Saying(torch.nn.Linear):
        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            raise InterruptedError(f"{input_ids.device} {self.weight.device}")

    ids = torch.ones(1, 4, dtype=torch.long, device="meta")
    with pytest.raises(InterruptedError, match="meta meta"):
        Teacher(Saying(1, 1)).loss({"input_ids": ids}, None, ids, ids)


def entropy_of_yes_or_no(output: StatementOutput, asked: torch.Tensor, themed: torch.Tensor) -> float:
    """The cross-entropy of a teacher's yes-or-no answers with themselves."""
    logits = (output.boundary.flatten()[asked], output.themes[themed])
    return float(
        sum(
            torch.nn.functional.binary_cross_entropy_with_logits(one, one.sigmoid()) for one in logits
        ).detach()
    )


TOPICS = {
    "old": ("D|公开信息2件。", "P timeliness|栏目更新不及时。"),
    "new": ("G|培训要加强。", "O|申请一步。"),
}


def annotated(topic: str, number: int) -> list[AnnotatedReport]:
    """Reports that hold one topic's statements only."""
    lines = [
        line
        for i in range(number)
        for line in (f"### {topic}-{i} | 甲局 | 2021 | county-bureau | -", "## overview", *TOPICS[topic])
    ]
    return list(parse_lines(lines))


def test_fresh_heads_begin_as_probes_of_the_encoder_as_it_is(
    varied: StatementModel, tokenizer: Tokenizer
) -> None:
    reports = annotated("old", 12) + annotated("new", 12)
    probed = copy.deepcopy(varied)
    begin_with_probes(probed, tokenizer, reports, Recipe(augmentation=NO_AUGMENTATION))

    def right(model: StatementModel) -> float:
        sections = [section for report in reports for section in report.report.sections]
        tagged = tagger_of(model, tokenizer).classify(sections)
        pairs = zip(sections, tagged, strict=True)
        return float(
            np.mean(
                [
                    a.category is b.category
                    for x, y in pairs
                    for a, b in zip(x.statements, y.statements, strict=True)
                ]
            )
        )

    assert right(varied) < 0.8
    assert right(probed) == 1.0
    before, after = (dict(model.encoder.named_parameters()) for model in (varied, probed))
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert probed.training is varied.training


def test_of_one_category_a_probe_learns_nothing_and_breaks_nothing(
    varied: StatementModel, tokenizer: Tokenizer
) -> None:
    reports = (
        list(parse_lines(["### a | 甲局 | 2021 | county-bureau | -", "## overview", "D|公开信息2件。"])) * 12
    )
    probed = copy.deepcopy(varied)
    begin_with_probes(probed, tokenizer, reports, Recipe(augmentation=NO_AUGMENTATION))
    assert all(parameter.isfinite().all() for parameter in probed.parameters())


def test_going_on_with_new_reports_forgets_the_old_ones_only_without_replay(
    varied: StatementModel, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    old, new = annotated("old", 24), annotated("new", 24)
    recipe = Recipe(
        epochs=10,
        batch=4,
        encoder_rate=2e-3,
        head_rate=2e-2,
        averaging=0.5,
        augmentation=NO_AUGMENTATION,
        patience=99,
    )

    def accuracy(model: StatementModel, topic: str) -> float:
        tagged = tagger_of(model, tokenizer).classify([annotated(topic, 1)[0].report.sections[0]])
        gold = annotated(topic, 1)[0].report.sections[0].statements
        return sum(a.category is b.category for a, b in zip(tagged[0].statements, gold, strict=True)) / len(
            gold
        )

    def trained(start: StatementModel, reports: list[AnnotatedReport], name: str) -> StatementModel:
        return train(
            reports,
            copy.deepcopy(start),
            tokenizer,
            recipe,
            tmp_path / name,
            evaluate=lambda model: {"statement_f1": 0.0},
        )

    first = trained(varied, old, "first")
    assert accuracy(first, "old") == 1.0
    alone = trained(first, new, "alone")
    mixed = trained(first, with_replay(new, old, seed=0), "mixed")
    assert accuracy(alone, "new") == accuracy(mixed, "new") == 1.0
    assert accuracy(mixed, "old") == 1.0
    assert accuracy(alone, "old") < 1.0


def test_a_resumed_training_gives_the_model_of_an_uninterrupted_one(
    varied: StatementModel, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    """Also if the augmentation draws, and if epochs without gain before the stop count."""
    reports = read_split("train")[:3]
    recipe = Recipe(epochs=6, batch=4, averaging_from=0.0, patience=2)

    def trained(name: str, stop_at: int | None = None, resume: bool = False) -> tuple[StatementModel, int]:
        """The model, and how many epochs its training took."""
        epochs = 0

        def evaluate(model: StatementModel) -> dict[str, float]:
            nonlocal epochs
            epochs += 1
            if epochs == stop_at:
                raise KeyboardInterrupt
            return {"statement_f1": 0.5}

        torch.manual_seed(recipe.seed)
        start = copy.deepcopy(varied)
        return train(reports, start, tokenizer, recipe, tmp_path / name, evaluate, resume), epochs

    whole, epochs = trained("whole")
    assert epochs == 1 + recipe.patience
    with pytest.raises(KeyboardInterrupt):
        trained("stopped", stop_at=epochs)
    resumed, more = trained("stopped", resume=True)
    assert more == 1
    for (name, one), (_, other) in zip(whole.named_parameters(), resumed.named_parameters(), strict=True):
        assert torch.equal(one, other), name


def test_a_student_learns_further_from_its_teacher(
    exported: Path, varied: StatementModel, tiny_corpus: Path, tmp_path: Path
) -> None:
    recipe = Recipe(epochs=1, batch=4, averaging_from=0.0, augmentation=NO_AUGMENTATION)
    reports, dev = read_split("train", tiny_corpus), read_split("dev", tiny_corpus)
    train_model(reports, dev, recipe, tmp_path / "run", start=exported, teacher=exported)
    recipes = json.loads((tmp_path / "run" / RECIPES).read_text(encoding="utf-8"))
    assert [one["layers"] for one in recipes] == [None, varied.config.encoder["num_hidden_layers"]]


def test_what_a_model_learnt_beside_the_corpus_is_in_its_ngrams_and_on_its_card(
    varied: StatementModel,
    tokenizer: Tokenizer,
    tiny_corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    varied.save_pretrained(tmp_path / "model")
    tokenizer.save(str(tmp_path / "model" / "tokenizer.json"))
    recipes = [recipe_json(composed=True), recipe_json(composed=False)]
    (tmp_path / RECIPES).write_text(json.dumps(recipes), encoding="utf-8")
    fitted: list[AnnotatedReport] = []
    monkeypatch.setattr(run, "fit", lambda reports: (fitted.extend(reports), fit(reports))[1])
    splits, further = read_corpus(tiny_corpus), annotated("new", 2)
    run.export(tmp_path, tmp_path / "export", splits, "ours", "1", further)
    assert fitted == [*splits["train"], *further]
    card = (tmp_path / "export" / "README.md").read_text(encoding="utf-8")
    assert "| train | 3 |" in card and "| data | 2 | 4 | 2 | 0 |" in card
    assert "of whoever trained it" in card and "composed" not in card
    with pytest.raises(UsageError, match="beside the project's"):
        refit(tmp_path / "export", "2")


@pytest.mark.parametrize(
    ("data", "within_train", "composed"),
    [
        (None, True, True),
        (CORPUS / "train" / "townships.txt", True, True),
        (FURTHER_REPORTS, False, True),
        (CORPUS / "dev", False, False),
        (CORPUS.parent, False, False),
    ],
    ids=["none", "of train", "further", "dev", "elsewhere"],
)
def test_a_model_of_the_projects_own_reports_alone_is_told_from_others(
    data: Path | None, within_train: bool, composed: bool
) -> None:
    plan = Plan(str(CORPUS.resolve()), Recipe(), data=data and str(data.resolve()))
    assert (plan.is_within_train, plan.is_composed) == (within_train, composed)
    assert not replace(plan, corpus="/another").is_composed


def test_new_ngrams_are_of_what_a_model_learnt_further_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked(Exception):
        """Raised instead of fitting: nothing of the shipped model may be written."""

    def fit_nothing(reports: list[AnnotatedReport]) -> None:
        raise Asked({report.id for report in reports})

    monkeypatch.setattr("training.ngrams.fit", fit_nothing)
    with pytest.raises(Asked) as asked:
        refit(models.find("default"), "2")
    assert asked.value.args[0] == {r.id for part in ("train", FURTHER_REPORTS) for r in read_split(part)}


def recipe_json(**more: object) -> dict[str, object]:
    """A recipe as a run keeps it."""
    return Recipe().to_json() | {"reports": 3} | more


def test_a_student_of_another_width_is_none_of_its_teachers(
    exported: Path, model: StatementModel, tiny_corpus: Path, tmp_path: Path
) -> None:
    config = StatementConfig(encoder={**model.config.encoder, "hidden_size": 16})
    StatementModel(config).save_pretrained(tmp_path / "narrow" / "model")
    shutil.copyfile(exported / "tokenizer.json", tmp_path / "narrow" / "model" / "tokenizer.json")
    with pytest.raises(ModelError, match="hidden_size is 16"):
        train_model(
            read_split("train", tiny_corpus),
            read_split("dev", tiny_corpus),
            Recipe(epochs=1),
            tmp_path / "run",
            start=tmp_path / "narrow",
            teacher=exported,
        )
