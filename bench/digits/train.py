"""Train the digits network, once for each fold held out, and write the FP32 ONNX files: ``make digits TRAIN=1``.

Seeded; the same machine and packages give the same bytes, others networks as good. Nothing is chosen by looking at the
images held out: the last weights, averaged over the last steps, are the result.
"""

import argparse
import time

import numpy as np
import onnx
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bench.digits.data import FOLDS, Fold, folds, path
from bench.digits.model import DigitsNet
from bench.digits.onnx_file import Writer

EPOCHS, BATCH, RATE, DECAY = 80, 64, 4e-3, 0.02
SMOOTHING = 0.05
AVERAGED = 0.99
"""Of the running average of weights, each step."""


def _augmented(images: torch.Tensor) -> torch.Tensor:
    """Return images turned by up to 10 degrees, scaled and moved by up to a pixel; each in its own way."""
    count = len(images)
    angle = (torch.rand(count) * 2 - 1) * (10 * np.pi / 180)
    scale = 1 + (torch.rand(count) * 2 - 1) * 0.1
    shift = (torch.rand(count, 2) * 2 - 1) * (2 / 8)
    cosine, sine = angle.cos() * scale, angle.sin() * scale
    rows = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], 1).reshape(count, 2, 3)
    grid = nn.functional.affine_grid(rows, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


def train(fold: Fold, seed: int) -> DigitsNet:
    """Return the network after all epochs, ready to be evaluated."""
    torch.manual_seed(seed)
    images, labels = torch.from_numpy(fold.train_images), torch.from_numpy(fold.train_labels)
    net = DigitsNet()
    averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(AVERAGED), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(images))
        for batch in order[: len(order) // BATCH * BATCH].split(BATCH):
            loss = nn.functional.cross_entropy(net(_augmented(images[batch])), labels[batch], label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            averaged.update_parameters(net)
    kept = averaged.module.eval()
    assert isinstance(kept, DigitsNet)
    return kept


def main() -> None:
    """Train, print accuracies, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, nargs="*", default=range(FOLDS), help="which to hold out; all by default")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    parts = folds()
    for number in options.folds:
        start, fold = time.perf_counter(), parts[number]
        net = train(fold, seed=number)
        with torch.no_grad():
            right = int((net(torch.from_numpy(fold.test_images)).argmax(1).numpy() == fold.test_labels).sum())
        seconds = time.perf_counter() - start
        path(number).parent.mkdir(exist_ok=True)
        onnx.save(Writer().model(net), path(number))
        share = 100 * right / len(fold.test_labels)
        print(f"fold {number}: {right} of {len(fold.test_labels)} images held out, {share:.2f} %, {seconds:.0f} s")


if __name__ == "__main__":
    main()
