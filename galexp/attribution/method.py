"""Three ways to ask which pixels an output depends on; the one place where captum is imported."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch
from captum.attr import IntegratedGradients, LayerGradCam, Saliency

from galexp.attribution.name import GRAD_CAM, SALIENCY, check_methods

if TYPE_CHECKING:
    from jaxtyping import Float, Int64
    from torch import Tensor, nn

    from galexp.attribution.output import Explained

    Target = int | Int64[Tensor, " batch"]

_FRAME = 16


def sky_level(images: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch band 1 1"]:
    """Return the brightness of each image where no galaxy is: the median of its frame, band by band.

    The frame is the outermost sixteenth of the side. It stands for what an image without the galaxy looks like, a
    choice: black is not the sky of a stretched image, and a blurred image still has its galaxy. Of a galaxy that fills
    its image it is the brightness of its outskirts.

    Args:
        images: In [0, 1].

    Example:
        >>> image = torch.full((1, 1, 16, 16), 0.25)
        >>> image[..., 4:12, 4:12] = 1.0
        >>> sky_level(image).item()
        0.25
    """
    height, width = images.shape[-2:]
    inner = torch.zeros(height, width, dtype=torch.bool, device=images.device)
    rim = max(1, min(height, width) // _FRAME)
    inner[rim : height - rim, rim : width - rim] = True
    return images[..., ~inner].median(-1).values[..., None, None]


def grad_cam(
    explained: Explained, images: Float[Tensor, "batch band height width"], target: Target, layer: nn.Module
) -> Float[Tensor, "batch map_height map_width"]:
    """Return how much each cell of a map raises (above 0) or lowers (below 0) a score.

    M = sum_k w_k A_k, where A_k is channel k of the map and w_k the mean over its cells of d(score)/dA_k. The score is
    that before any softmax, and of a regression the raw prediction. The published map is max(M, 0), normalized to a
    maximum of 1; here both signs are kept, since of a number what lowers it is as much of an answer as what raises it,
    and :func:`galexp.attribution.heat.shown` takes the sign that is asked for.

    The weights are means: a channel that raises the score in one place and lowers it in another cancels, so that M is
    exact only where the head averages over the map and is linear, as that of
    :class:`galexp.model.small_cnn.SmallCNN` is.

    Args:
        explained: The network.
        images: In [0, 1].
        target: Place of the score among its names: one for all images, or one for each.
        layer: Whose output is the map, as :func:`galexp.attribution.layer.find_layer` returns it.

    References:
        Selvaraju et al. 2017 (arXiv:1610.02391), equations 1 and 2.
    """
    return LayerGradCam(explained, layer).attribute(images, target=target)[:, 0].detach()


def saliency(
    explained: Explained, images: Float[Tensor, "batch band height width"], target: Target
) -> Float[Tensor, "batch height width"]:
    """Return how much a score changes with each pixel: the largest of |d(score)/d(pixel)| over the bands.

    It has no sign, and is the slope at the image alone: a pixel on which everything depends, but of which more changes
    nothing, is dark.

    Args:
        explained: The network.
        images: In [0, 1].
        target: As of :func:`grad_cam`.

    Example:
        >>> from torch import nn
        >>> scores = nn.Sequential(nn.Flatten(), nn.Linear(8, 1))
        >>> _ = nn.init.constant_(scores[1].weight, -3.0)
        >>> saliency(scores, torch.zeros(1, 2, 2, 2), 0)
        tensor([[[3., 3.],
                 [3., 3.]]])

    References:
        Simonyan et al. 2013 (arXiv:1312.6034).
    """
    return Saliency(explained).attribute(images.detach().requires_grad_(), target=target).amax(1).detach()


def integrated_gradients(
    explained: Explained,
    images: Float[Tensor, "batch band height width"],
    target: Target,
    steps: int = 24,
) -> Float[Tensor, "batch height width"]:
    """Share the difference of a score between an image and its bare sky among the pixels.

    IG_i = (x_i - b_i) * integral over a in [0, 1] of d(score)/dx_i at b + a (x - b), by Gauss-Legendre quadrature and
    summed over the bands; b is :func:`sky_level`, a choice on which the map depends. The sum over all pixels is
    score(x) - score(b), up to the quadrature.

    Args:
        explained: The network.
        images: In [0, 1].
        target: As of :func:`grad_cam`.
        steps: Of the quadrature; the images on the way are given in batches as large as that of ``images``.

    Example:
        >>> from torch import nn
        >>> scores = nn.Sequential(nn.Flatten(), nn.Linear(256, 1))
        >>> _ = nn.init.constant_(scores[1].weight, 2.0)
        >>> image = torch.full((1, 1, 16, 16), 0.25)
        >>> image[..., 8, 8] = 0.75
        >>> found = integrated_gradients(scores, image, 0)
        >>> round(found[0, 8, 8].item(), 5), round(found.sum().item(), 5)
        (1.0, 1.0)

    References:
        Sundararajan et al. 2017 (arXiv:1703.01365), equation 1.
    """
    baseline = sky_level(images).expand_as(images)
    options = {"baselines": baseline, "n_steps": steps, "internal_batch_size": len(images)}
    return IntegratedGradients(explained).attribute(images, target=target, **options).sum(1).detach().float()


@dataclasses.dataclass(frozen=True)
class Maps:
    """Make heat maps of one network by any of the methods.

    Args:
        explained: The network.
        layer: Of Grad-CAM; None where it is not asked for.
        steps: Of integrated gradients.
    """

    explained: Explained
    layer: nn.Module | None = None
    steps: int = 24

    def __call__(
        self, method: str, images: Float[Tensor, "batch band height width"], target: Target
    ) -> Float[Tensor, "batch map_height map_width"]:
        """Return the maps of images: with both signs where the method has them, of the layer's size for Grad-CAM.

        Raises:
            ValueError: for an unknown method.
        """
        check_methods([method])
        if method == GRAD_CAM:
            assert self.layer is not None, "Grad-CAM needs a layer"
            return grad_cam(self.explained, images, target, self.layer)
        if method == SALIENCY:
            return saliency(self.explained, images, target)
        return integrated_gradients(self.explained, images, target, self.steps)
