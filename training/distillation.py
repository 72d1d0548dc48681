"""Distillation: a shallower model that learns from a deeper one, and from the annotations.

The student begins as every so-many-th layer of its teacher (Sanh et al. 2019, arXiv:1910.01108) and learns the
teacher's decisions, softened (Hinton et al. 2015, arXiv:1503.02531), and the states of its last layer.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.errors import ModelError
from training.model import StatementModel, StatementOutput

TEMPERATURE = 2.0
"""What category logits are divided by, so that the student sees how the teacher weighs the categories it rejects."""


def shallow(model: StatementModel, layers: int) -> StatementModel:
    """A copy of `model` with `layers` of its encoder's layers, the first and the last among them, evenly spread.

    Raises ModelError if the model has not more than that, or `layers` is less than two.
    """
    stack = model.encoder.encoder.layer
    if not 2 <= layers < len(stack):
        raise ModelError(
            f"a model of {len(stack)} layers has no student of {layers}: of 2 or more, and of fewer than its own"
        )
    kept = [round(i * (len(stack) - 1) / (layers - 1)) for i in range(layers)]
    twin = copy.deepcopy(model)
    twin.encoder.encoder.layer = nn.ModuleList(twin.encoder.encoder.layer[i] for i in kept)
    twin.encoder.config.num_hidden_layers = layers
    twin.config.encoder["num_hidden_layers"] = layers
    return twin


@dataclass(frozen=True, slots=True)
class Teacher:
    """A finished model as what a student is compared with."""

    model: StatementModel

    def loss(
        self, inputs: dict[str, Tensor], student: StatementOutput, asked: Tensor, themed: Tensor
    ) -> Tensor:
        """How far the student is from the teacher on one batch: a scalar.

        `inputs` are the model's with gold segments, `student` is what the student made of them, `asked` (b x t) marks
        the boundary candidates, `themed` (s,) the statements that have themes.
        """
        self.model.train(False)
        # the trainer moves the student and the inputs alone
        cast(nn.Module, self.model).to(inputs["input_ids"].device)
        with torch.no_grad():
            teacher = self.model(**inputs)
        read = inputs["attention_mask"].bool()
        width = (student.states.shape[-1],)
        loss = functional.mse_loss(
            functional.layer_norm(student.states[read].float(), width),
            functional.layer_norm(teacher.states[read].float(), width),
        )
        loss = loss + TEMPERATURE**2 * functional.kl_div(
            (student.category[1:].float() / TEMPERATURE).log_softmax(-1),
            (teacher.category[1:].float() / TEMPERATURE).softmax(-1),
            reduction="batchmean",
        )
        loss = loss + _likeness(student.boundary.flatten()[asked], teacher.boundary.flatten()[asked])
        if themed.any():
            loss = loss + _likeness(student.themes[themed], teacher.themes[themed])
        return loss


def _likeness(student: Tensor, teacher: Tensor) -> Tensor:
    """The cross-entropy of yes-or-no logits against the teacher's probabilities."""
    return functional.binary_cross_entropy_with_logits(student.float(), teacher.float().sigmoid())
