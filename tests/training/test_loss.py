import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import CohereConfig, Gemma2Config, GraniteConfig, LlamaConfig

from training.data import IGNORED
from training.loss import has_plain_head, trainable_nll


class Batch:
    """Three rows of random ids, right-padded, of which a third are labelled."""

    def __init__(self, lengths=(31, 17, 24), seed=1):
        generator = torch.Generator().manual_seed(seed)
        shape = (len(lengths), max(lengths))
        self.ids = torch.randint(17, 49_152, shape, generator=generator)
        self.mask = torch.tensor([[1] * n + [0] * (shape[1] - n) for n in lengths])
        labelled = (torch.rand(shape, generator=generator) < 0.3) & self.mask.bool()
        self.labels = torch.where(labelled, self.ids, IGNORED)

    def rows(self, start, end):
        part = Batch.__new__(Batch)
        part.ids, part.mask, part.labels = (
            self.ids[start:end],
            self.mask[start:end],
            self.labels[start:end],
        )
        return part

    @property
    def counted(self) -> int:
        return int((self.labels[:, 1:] != IGNORED).sum())


def ours(model, batch, num_items):
    return trainable_nll(model, batch.ids, batch.mask, batch.labels, num_items)


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return [parameter.grad.clone() for parameter in model.parameters()]


def test_is_the_cross_entropy_of_all_logits_at_labelled_positions(loaded):
    batch = Batch()
    logits = loaded.model(input_ids=batch.ids, attention_mask=batch.mask).logits[:, :-1]
    whole = cross_entropy(logits.flatten(0, 1), batch.labels[:, 1:].flatten(), ignore_index=IGNORED)
    assert ours(loaded.model, batch, None).item() == pytest.approx(whole.item(), abs=1e-5)


@pytest.mark.parametrize("num_items", [7, 100])
def test_is_the_models_own_loss_and_gradient(loaded, num_items):
    batch = Batch()
    own = loaded.model(
        input_ids=batch.ids,
        attention_mask=batch.mask,
        labels=batch.labels,
        num_items_in_batch=num_items,
    ).loss
    loss = ours(loaded.model, batch, torch.tensor(num_items))
    assert loss.item() == pytest.approx(own.item(), rel=1e-5)
    for one, other in zip(gradients(loaded.model, loss), gradients(loaded.model, own), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_accumulated_parts_are_one_big_batch(loaded):
    batch = Batch()
    whole = gradients(loaded.model, ours(loaded.model, batch, None))
    parts = [ours(loaded.model, batch.rows(at, at + 1), batch.counted) for at in range(3)]
    total = gradients(loaded.model, sum(parts))
    for one, other in zip(whole, total, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_what_pads_a_row_changes_nothing(loaded):
    batch = Batch()
    other = Batch()
    other.ids = torch.where(other.mask.bool(), other.ids, 99)
    assert ours(loaded.model, batch, None).item() == ours(loaded.model, other, None).item()


def test_a_batch_with_nothing_to_learn_has_no_loss(loaded):
    batch = Batch()
    batch.labels = torch.full_like(batch.labels, IGNORED)
    loss = ours(loaded.model, batch, None)
    loss.backward()
    assert loss.item() == 0.0


@pytest.mark.parametrize(
    ("config", "plain"),
    [(LlamaConfig, True), (Gemma2Config, False), (CohereConfig, False), (GraniteConfig, False)],
)
def test_knows_heads_that_do_more_than_project(config, plain):
    class Model:
        pass

    model = Model()
    model.config = config()
    assert has_plain_head(model) is plain
