"""Quantiles and brackets."""

import numpy as np
from scipy.special import gammainc, ndtri
from scipy.stats import chi2

import refgen.uniform_convergence as uc
from support.mirrors import Case
from support.parity import model


def quantile(arguments, want):
    """A relative error e of χ² moves z by z e/2, and Φ(−z) by zφ(z) times that.

    Quantiles of χ² are as accurate as the function that they invert: moved by e, its
    value moves by √D e.
    """
    example = arguments[0]
    return model(64 * (1 + np.sqrt(example.dimension)), 1)


def tail(arguments, want):
    """Exponents of up to u² are added, and their exponentials multiplied."""
    return model(512, (1 + arguments[1] ** 2) * want)


def log_tail(arguments, want):
    return model(512, 1 + arguments[1] ** 2)


def missed(example):
    """Of the logarithm: exponents are those of the density, of up to D."""
    return model(1024, 1 + example.dimension)


def log_missed(arguments, want):
    return missed(arguments[0]) * (1 + abs(want))


def all_wrong(arguments, want):
    return missed(arguments[0])


def moved_quantile(example, off, p):
    """How far t_p moves if p does: χ² moves by about `off`/p(1 − p) of itself."""
    return quantile((example,), None) + off / np.maximum(p * (1 - p), off)


def gap(arguments, want):
    example, delta = arguments
    off = missed(example)
    spoilt = 1 - uc.probability_all_wrong(example, 0.0)
    p = np.maximum(1 - delta - spoilt, 0.0)
    return {
        "result.0": moved_quantile(example, off, p),
        "result.1": moved_quantile(example, off, 1 - delta),
    }


def chance_of(example, error):
    """p of t_p, ½ where the error is no quantile."""
    inside = (error > 0) & (error < 0.5)
    z = ndtri(np.where(inside, error, 0.25))
    square = (example.signal_ratio * example.dimension / z) ** 2 / example.n_samples
    return np.where(inside, gammainc(example.dimension / 2, square / 2), 0.5)


def bracket(arguments, want):
    """The lower bound is 1 − t_p − k/m for some k."""
    example, delta, _ = arguments
    off, m = missed(example), example.n_samples
    each = [
        moved_quantile(example, off, chance_of(example, 1 - want.low - k / m))
        for k in range(int(m.max()))
    ]
    return {
        "result.0": np.max(each, axis=0),
        "result.1": moved_quantile(example, off, delta),
    }


def coupled(arguments, want):
    """A system of equations, solved twice by triangles."""
    noise, length, fresh = arguments
    condition = np.linalg.cond(noise @ noise.swapaxes(-1, -2))
    size = (length * condition)[:, None, None] + abs(fresh).sum(axis=-2, keepdims=True)
    return model(16 * noise.shape[-1] ** 2, size)


def isoperimetric(arguments, want):
    """Exponents of deviations that are moved by 2ζ."""
    return missed(arguments[0]) * (1 + arguments[2] ** 2)


def by_coupling(arguments, want):
    """A chance p moves z_p by 1/φ(z_p), and Φ at most by e^(z²/2) times that."""
    example, delta, product, excess, _ = arguments
    m, D = example.n_samples[:, None], example.dimension[:, None]
    square = np.linspace(0.01, 6, 400) * D
    law = chi2(D).pdf(square) * 5.99 / 399 * D
    others = np.maximum(D - m + 1, 1)
    below = gammainc(others / 2, (product[:, None] * D) ** 2 / square / 2)
    spent = delta + (law * below).sum(axis=-1) + np.exp(-(excess**2) / 2)
    z = ndtri(np.clip(spent, 0.001, 1 - 1e-9))
    return missed(example) * (1 + np.exp(z * z / 2)) * (1 + excess)


def logarithms(arguments, want):
    return model(32, want)


CASES = {
    "coupled_noise": Case(coupled),
    "coupling_level": Case(by_coupling),
    "dimension_for_gap": Case(),
    "generalization_gap": Case(gap),
    "isoperimetric_level": Case(isoperimetric),
    "log_max_deviation_sf": Case(log_tail),
    "log_probability_not_all_wrong": Case(log_missed),
    "max_deviation_sf": Case(tail),
    "probability_all_wrong": Case(all_wrong),
    "smallest_uniform_gap": Case(),
    "sufficient_dimension": Case(logarithms),
    "test_error_quantile": Case(quantile),
    "transfer_bound": Case(),
    "uniform_convergence_bracket": Case(bracket),
}
