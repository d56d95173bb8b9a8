"""A survey, a split, a model and a task of one's own."""

import numpy as np
import torch
from torch import nn

from galexp.dataset.base import Column, Cut, Dataset
from galexp.split.base import TEST, TRAIN, Split, values_of
from galexp.task.regression import Regression


class MySurvey(Dataset):
    """Read any table: our names on the left, the table's on the right."""

    name = "my_survey"
    identifiers = ("galaxy",)
    columns = (
        Column("log_stellar_mass", ("logM",), "dex(solMass)", "log10 of the stellar mass"),
        Column("ra", ("RA",), "deg"),
        Column("dec", ("DEC",), "deg"),
        Column("redshift", ("z",)),
        Column("mag_r", ("r",), "mag"),
        Column("g_minus_r", ("gr",), "mag"),
    )
    cuts = (Cut("z > 0.01", ("redshift",), lambda table: table["redshift"] > 0.01),)
    photometry = ("mag_r", "g_minus_r")


class NorthSplit(Split):
    """Hold out the galaxies north of a declination [deg]."""

    def __init__(self, dec: float, val_fraction: float, seed: int) -> None:
        super().__init__(val_fraction, seed)
        self.dec = dec

    def sides(self, catalog):
        """Return ``test`` in the north and ``train`` in the south."""
        return np.where(values_of(catalog, "dec", "split=north") > self.dec, TEST, TRAIN)


class MeanColor(nn.Module):
    """Predict from the mean of each band; ``in_chans`` and ``num_classes`` come from the data."""

    def __init__(self, in_chans: int, num_classes: int, hidden: int) -> None:
        super().__init__()
        self.in_chans, self.num_classes, self.num_features = in_chans, num_classes, hidden
        self.body = nn.Sequential(nn.Linear(in_chans, hidden), nn.ReLU())
        self.fc = nn.Linear(hidden, num_classes)

    def get_classifier(self):
        """Return the last layer, which runs in float32 and starts at the mean of the targets."""
        return self.fc

    def forward(self, images):
        """Predict from (batch, band, height, width)."""
        return self.fc(self.body(images.mean((2, 3))))


class NoisyRegression(Regression):
    """Add Gaussian noise, in units of the brightest pixel, to every image of the training."""

    def __init__(self, noise: float, **facts) -> None:
        super().__init__(**facts)
        self.noise = noise

    def training_step(self, batch, batch_idx):
        """Return the loss of a noisy batch."""
        noisy = batch.images + 255 * self.noise * torch.randn(batch.images.shape, device=batch.images.device)
        return super().training_step(batch._replace(images=noisy.clamp(0, 255).byte()), batch_idx)
