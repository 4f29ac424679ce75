"""How sure a mean is: confidence intervals by Student's t."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp, inf, isfinite, lgamma, log, sqrt

import numpy as np

CONFIDENCE = 0.95


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Where the true mean is, as likely as `confidence` says, when the values are independent. None: fewer
    than two values.
    """
    count = len(values)
    if count < 2 or not all(map(isfinite, values)):
        return None
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    reach = quantile(count - 1, confidence) * sqrt(variance / count)
    return mean - reach, mean + reach


def controlled(
    values: Sequence[float], controls: Sequence[Sequence[float]], confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The same, narrower: what chance brought each run more or less of than is true (`controls`, a row for
    each run, whose true means are 0) is taken out of its value by regression (S. Lavenberg and P. Welch, A
    Perspective on the Use of Control Variables, Management Science 27, 1981).
    """
    y, x = np.asarray(values), np.asarray(controls)
    design = np.column_stack((np.ones(len(y)), x[:, np.ptp(x, axis=0) > 0]))
    fit = np.linalg.lstsq(design, y, rcond=None)[0]
    freedom = len(y) - design.shape[1]
    variance = float(((y - design @ fit) ** 2).sum()) / freedom
    reach = quantile(freedom, confidence) * sqrt(variance * float(np.linalg.inv(design.T @ design)[0, 0]))
    return float(fit[0]) - reach, float(fit[0]) + reach


@cache
def quantile(freedom: int, confidence: float) -> float:
    """The t that a Student variable of so many degrees of freedom stays within, either way, as likely as
    `confidence` says.
    """
    low, high = 0.0, 1.0
    while within(freedom, high) < confidence:
        high *= 2.0
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if within(freedom, middle) < confidence else (low, middle)
    return high


def within(freedom: int, t: float) -> float:
    """How likely |T| is no more than `t`: 1 - I(v / (v + t^2); v/2, 1/2)."""
    if t == inf:
        return 1.0
    return 1.0 - _beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (NIST DLMF 8.17.22)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _beta(1.0 - x, b, a)
    front = exp(a * log(x) + b * log(1.0 - x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    tiny = 1e-300
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(400):
        half, odd = divmod(step, 2)
        if step == 0:
            numerator = 1.0
        elif odd:
            m = half
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            m = half
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + numerator * d) or tiny)
        c = (1.0 + numerator / c) or tiny
        fraction *= c * d
        if step and abs(1.0 - c * d) < 1e-14:
            break
    return front * (fraction - 1.0)
