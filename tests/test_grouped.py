"""Grouped reading, dropout by bytes: the same model, faster to train."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import BertConfig  # noqa: E402

from training.dropout import ByteDropout, with_byte_dropout  # noqa: E402
from training.model import StatementConfig, StatementModel  # noqa: E402

TINY = BertConfig(
    vocab_size=50,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=32,
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return StatementModel(StatementConfig(encoder=TINY.to_dict())).eval()


def group(lengths, width):
    mask = torch.tensor([[1] * n + [0] * (width - n) for n in lengths])
    ids = torch.randint(4, 50, mask.shape) * mask
    segment = (torch.arange(width) // 3 + 1).repeat(len(lengths), 1) * mask
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "token_type_ids": torch.zeros_like(ids),
        "segment": segment,
        "segments": int(segment.max()) + 1,
    }


def test_groups_read_at_once_give_what_each_gives_alone(model):
    groups = [group([9, 12], 12), group([4], 5), group([20, 18, 13], 20)]
    for read, own in zip(model.read_groups(groups), groups, strict=True):
        alone = model(**own)
        text = own["attention_mask"].bool()
        torch.testing.assert_close(read.states[text], alone.states[text], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(read.category[1:], alone.category[1:], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(read.themes[1:], alone.themes[1:], atol=1e-5, rtol=1e-4)


def test_groups_give_the_gradients_that_each_alone_adds_up_to(model):
    groups = [group([9, 12], 12), group([20], 20)]
    weight = model.encoder.encoder.layer[0].attention.self.query.weight

    def gradient(outputs):
        model.zero_grad()
        sum(output.category[1:].square().sum() for output in outputs).backward()
        return weight.grad.clone()

    torch.testing.assert_close(
        gradient(model.read_groups(groups)), gradient([model(**own) for own in groups]), atol=1e-5, rtol=1e-3
    )


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_dropout_by_bytes_drops_its_share_and_keeps_the_expectation(p):
    torch.manual_seed(0)
    dropout = ByteDropout(p)
    dropped = dropout(torch.ones(401, 499))
    assert (dropped == 0).float().mean().item() == pytest.approx(p, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1, abs=0.01)
    assert not torch.equal(dropped, dropout(torch.ones(401, 499)))


def test_dropout_does_nothing_outside_training_or_with_no_share():
    states = torch.randn(3, 5)
    assert torch.equal(ByteDropout(0.3).eval()(states), states)
    assert torch.equal(ByteDropout(0.0)(states), states)


def test_every_dropout_of_a_model_is_replaced_and_its_weights_are_not(model):
    before = set(model.state_dict())
    with_byte_dropout(model)
    kinds = [type(module) for module in model.modules()]
    assert torch.nn.Dropout not in kinds
    assert ByteDropout in kinds
    assert set(model.state_dict()) == before
