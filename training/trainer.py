"""Training: `transformers.Trainer` on windows made anew in every epoch, with an averaged model at the end."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from training.annotation import AnnotatedReport
from training.distillation import Teacher
from training.dropout import with_byte_dropout
from training.examples import IGNORED, Collator, ExampleMaker, to_rows
from training.model import StatementModel, StatementOutput
from training.precision import autocast_dtype
from training.recipe import Recipe

AVERAGE = "average.pt"
DRAWS = "draws.json"
Evaluate = Callable[[Any], dict[str, float]]
Trained = TypeVar("Trained", bound="Trainable")


class Trainable(Protocol):
    """A `transformers` model that reads windows: `StatementModel`, or a baseline's."""

    @property
    def max_tokens(self) -> int:
        """The longest window that it has positions for."""
        ...


class StatementLoss(nn.Module):
    """The sum of the three heads' losses, each a mean over what it is asked about."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.category = nn.CrossEntropyLoss(ignore_index=IGNORED, label_smoothing=recipe.label_smoothing)

    def forward(
        self,
        boundary: Tensor,
        category: Tensor,
        themes: Tensor,
        boundary_targets: Tensor,
        category_targets: Tensor,
        theme_targets: Tensor,
    ) -> Tensor:
        """The loss, a scalar, from logits and targets: boundaries (n,), categories (s, 5) and (s,), themes (s, 11)."""
        asked = boundary_targets != IGNORED
        loss: Tensor = self.category(category, category_targets)
        loss = loss + self.recipe.boundary_weight * _cross_entropy(
            boundary[asked], boundary_targets[asked].float()
        )
        themed = ~theme_targets.isnan().any(dim=1)
        if themed.any():
            loss = loss + self.recipe.theme_weight * _cross_entropy(themes[themed], theme_targets[themed])
        return loss


_cross_entropy = nn.functional.binary_cross_entropy_with_logits
_TARGETS = ("boundary_targets", "category_targets", "theme_targets")


class StatementTrainer(Trainer):
    """A Trainer whose rows are sections, and whose scores are the product's.

    Rows come in random order: a batch of short sections alone holds hardly anything but 无, and a run of such batches
    leads the model astray. Windows of one batch are grouped by length anyway.
    """

    def __init__(
        self,
        recipe: Recipe,
        evaluate: Evaluate,
        teacher: Teacher | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(**keywords)
        self.teacher = teacher
        self.recipe = recipe
        self.loss = StatementLoss(recipe)
        self.score = evaluate

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor | tuple[Tensor, list[StatementOutput]]:
        """The loss of a batch from `Collator`, over all its groups; half of it the teacher's, where there is one."""
        groups = inputs["groups"]
        asked = [{k: v for k, v in group.items() if k not in _TARGETS} for group in groups]
        own: StatementModel = self.accelerator.unwrap_model(model)
        with self.accelerator.autocast():
            outputs = own.read_groups(asked)
        logits = (
            torch.cat([output.boundary.flatten() for output in outputs]),
            torch.cat([output.category for output in outputs]),
            torch.cat([output.themes for output in outputs]),
        )
        targets = (torch.cat([group[name] for group in groups]) for name in _TARGETS)
        loss: Tensor = self.loss(*(tensor.float() for tensor in logits), *targets)
        if self.teacher:
            lessons = [
                self.teacher.loss(
                    given,
                    output,
                    group["boundary_targets"] != IGNORED,
                    ~group["theme_targets"].isnan().any(dim=1),
                )
                for given, output, group in zip(asked, outputs, groups, strict=True)
            ]
            loss = (loss + torch.stack(lessons).mean()) / 2
        return (loss, outputs) if return_outputs else loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW with the recipe's rates: layer-wise decay in the encoder, a higher one for the heads."""
        if self.optimizer is None:
            self.optimizer = torch.optim.AdamW(
                list(parameter_groups(cast(nn.Module, self.model), self.recipe)), fused=True
            )
        return self.optimizer

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        """Dev scores of the model that would be kept now: the average, once there is one."""
        averages = [c for c in self.callback_handler.callbacks if isinstance(c, WeightAveraging)]
        averaged = averages[0].averaged() if averages else None
        model = averaged or cast(StatementModel, self.model)
        metrics = {f"{metric_key_prefix}_{name}": value for name, value in self.score(model).items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def parameter_groups(model: nn.Module, recipe: Recipe) -> Iterator[dict[str, Any]]:
    """Parameter groups by depth and by whether they decay (matrices do, biases and norms do not)."""
    depth = max(
        int(n.split(".")[3]) for n, _ in model.named_parameters() if n.startswith("encoder.encoder.layer.")
    )
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        rate = recipe.encoder_rate
        if name.startswith("encoder.encoder.layer."):
            rate *= recipe.layer_decay ** (depth - int(name.split(".")[3]))
        elif name.startswith("encoder."):
            rate *= recipe.layer_decay ** (depth + 1)
        else:
            rate = recipe.head_rate
        decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    for (rate, decay), parameters in groups.items():
        yield {"params": parameters, "lr": rate, "weight_decay": decay}


class WeightAveraging(TrainerCallback):
    """Keeps an exponential moving average of the weights from a share of the steps on; saved with checkpoints."""

    def __init__(self, decay: float, begin: float) -> None:
        self.decay, self.begin = decay, begin
        self.average: AveragedModel | None = None
        self.restored: dict[str, Any] | None = None

    def averaged(self) -> StatementModel | None:
        """The averaged model, or None before there is one."""
        return cast(StatementModel, self.average.module) if self.average else None

    def _start(self, model: nn.Module) -> AveragedModel:
        return AveragedModel(
            model, multi_avg_fn=cast(Any, get_ema_multi_avg_fn)(self.decay), use_buffers=True
        )

    def on_train_begin(self, args: TrainingArguments, state: Any, control: Any, **keywords: Any) -> None:
        """Take up the average of the checkpoint that training goes on from."""
        checkpoint = last_checkpoint(args.output_dir) if state.global_step else None
        if checkpoint and (checkpoint / AVERAGE).exists():
            self.average = self._start(keywords["model"])
            self.average.load_state_dict(torch.load(checkpoint / AVERAGE, weights_only=True))

    def on_step_end(self, args: TrainingArguments, state: Any, control: Any, **keywords: Any) -> None:
        """Add this step's weights."""
        if state.global_step >= self.begin * state.max_steps:
            self.average = self.average or self._start(keywords["model"])
            self.average.update_parameters(keywords["model"])

    def on_save(self, args: TrainingArguments, state: Any, control: Any, **keywords: Any) -> None:
        """Save the average beside the checkpoint."""
        if self.average is not None:
            directory = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
            torch.save(self.average.state_dict(), directory / AVERAGE)


class GoingOnDrawing(TrainerCallback):
    """Saves where a random generator stands with checkpoints: a resumed training draws what it would have drawn."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def on_train_begin(self, args: TrainingArguments, state: Any, control: Any, **keywords: Any) -> None:
        """Take up the generator of the checkpoint that training goes on from."""
        checkpoint = last_checkpoint(args.output_dir) if state.global_step else None
        if checkpoint and (checkpoint / DRAWS).exists():
            version, numbers, gauss = json.loads((checkpoint / DRAWS).read_text(encoding="utf-8"))
            self.rng.setstate((version, tuple(numbers), gauss))

    def on_save(self, args: TrainingArguments, state: Any, control: Any, **keywords: Any) -> None:
        """Save the generator's state beside the checkpoint."""
        directory = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        (directory / DRAWS).write_text(json.dumps(self.rng.getstate()), encoding="utf-8")


def last_checkpoint(run_directory: str | Path | None) -> Path | None:
    """The newest checkpoint of a run, or None."""
    found = cast(Any, get_last_checkpoint)(str(run_directory)) if Path(str(run_directory)).is_dir() else None
    return Path(found) if found else None


def remove_checkpoints(run_directory: Path) -> None:
    """Remove the checkpoints of a run that is done."""
    for checkpoint in run_directory.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)


def train(
    reports: Sequence[AnnotatedReport],
    model: Trained,
    tokenizer: Tokenizer,
    recipe: Recipe,
    run_directory: Path,
    evaluate: Callable[[Trained], dict[str, float]],
    resume: bool = False,
    teacher: Teacher | None = None,
    trainer_class: type[StatementTrainer] = StatementTrainer,
) -> Trained:
    """Train `model` on annotated reports, and on what `teacher` says of them; files go to `run_directory`.

    `evaluate` gives the dev scores of a model, among them `statement_f1`, by which training stops early after
    `recipe.patience` epochs without gain. `trainer_class` knows the model's outputs and their loss. Returns the
    averaged model.
    """
    rows = to_rows(reports)
    lengths = recipe.lengths_within(model.max_tokens)
    rng = random.Random(recipe.seed)
    maker = ExampleMaker(tokenizer, recipe.augmentation, rng, lengths)
    cuda = torch.cuda.is_available()
    if not cuda:
        with_byte_dropout(cast(nn.Module, model))
    arguments = TrainingArguments(
        output_dir=str(run_directory),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        learning_rate=recipe.encoder_rate,
        lr_scheduler_type="linear",
        warmup_steps=int(recipe.warmup * recipe.epochs * len(rows) / recipe.batch),
        max_grad_norm=1.0,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        restore_callback_states_from_checkpoint=True,  # epochs without gain are counted on
        metric_for_best_model="statement_f1",
        greater_is_better=True,
        logging_steps=50,
        seed=recipe.seed,
        bf16=autocast_dtype() is torch.bfloat16,
        use_cpu=not cuda,
        remove_unused_columns=False,
        report_to=[],
        dataloader_num_workers=0,
    )
    averaging = WeightAveraging(recipe.averaging, recipe.averaging_from)
    trainer = trainer_class(
        recipe,
        evaluate,
        teacher,
        model=model,
        args=arguments,
        train_dataset=rows.with_transform(maker),
        eval_dataset=rows,  # never read: `evaluate` scores what it was made with, but Trainer wants one
        data_collator=Collator(tokenizer),
        callbacks=[averaging, GoingOnDrawing(rng), EarlyStoppingCallback(recipe.patience)],
    )
    trainer.train(resume_from_checkpoint=resume and last_checkpoint(run_directory) is not None)
    # without the autocast that training wrapped it in: it answers as it will when it is read from its file
    trained = averaging.averaged() or model
    return cast(Trained, trainer.accelerator.unwrap_model(trained, keep_fp32_wrapper=False))
