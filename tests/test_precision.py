"""Training multiplies in the type that the machine is fast in."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from training import precision  # noqa: E402

without_accelerator = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has an accelerator")


@without_accelerator
@pytest.mark.parametrize(("bfloat16", "chosen"), [(0.5, torch.bfloat16), (2.0, None)])
def test_bfloat16_is_chosen_only_where_its_products_are_faster(
    monkeypatch: pytest.MonkeyPatch, bfloat16: float, chosen: torch.dtype | None
) -> None:
    took = {torch.bfloat16: bfloat16, torch.float32: 1.0}
    monkeypatch.setattr(precision, "seconds", took.__getitem__)
    assert precision.autocast_dtype() is chosen


@pytest.mark.parametrize(("bfloat16", "chosen"), [(0.5, torch.bfloat16), (2.0, None)])
def test_what_the_processor_is_fast_in_is_asked_of_it_even_beside_an_accelerator(
    monkeypatch: pytest.MonkeyPatch, bfloat16: float, chosen: torch.dtype | None
) -> None:
    took = {torch.bfloat16: bfloat16, torch.float32: 1.0}
    monkeypatch.setattr(precision, "seconds", took.__getitem__)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: chosen is None)
    assert precision.autocast_dtype("cpu") is chosen
    assert precision.autocast_dtype() is not chosen


def test_products_of_both_types_are_timed() -> None:
    assert precision.seconds(torch.float32) > 0
    assert precision.seconds(torch.bfloat16) > 0
