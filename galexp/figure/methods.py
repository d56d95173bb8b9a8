"""What methods are called in tables and figures."""

import re

METHOD_NAMES = {
    "network": "network",
    "network_tta": "network + TTA",
    "network_latent": "network, latent",
    "mean": "predict the mean",
    "linear_color": "linear color fit",
    "random_forest": "random forest",
    "pca_forest": "pixel forest",
    "knn": "pixel neighbors",
    "pca": "pixel components",
    "majority": "frequencies",
    "color": "logistic color",
    "ensemble": "ensemble",
    "ensemble_tta": "ensemble + TTA",
}


def readable(column: str) -> str:
    """Return the name of a column as words.

    Example:
        >>> readable("log_hi_fraction")
        'log H I fraction'
        >>> readable("log_ssfr")
        'log sSFR'
    """
    words = column.replace("_", " ").replace("log hi ", "log H I ").replace("one plus delta5", "(1 + delta5),")
    return re.sub(r"\b(s?)sfr\b", r"\1SFR", words)
