"""Bounds by norms of weights: against loops, in every form of a network."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

import refgen_gpu
from refgen.uniform_convergence import norm_bounds

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
HIDDEN, OUTPUT = RNG.normal(size=(3, 5)), RNG.normal(size=(5, 2))
BIASES = RNG.normal(size=5), RNG.normal(size=2)
NETWORK, BIASED = [HIDDEN, OUTPUT], [(HIDDEN, BIASES[0]), (OUTPUT, BIASES[1])]
INITIAL = [0.9 * HIDDEN + 0.1, 0.8 * OUTPUT]


class Tensor:
    """As torch's: it becomes an array by three steps only."""

    def __init__(self, value, steps=("detach", "cpu", "numpy")):
        self.value, self.steps = value, steps

    def __getattr__(self, step):
        if step != self.steps[0]:
            raise AttributeError(step)
        rest = self.steps[1:]
        return lambda: Tensor(self.value, rest) if rest else self.value


def outputs(network, x):
    for i, layer in enumerate(network):
        weights, biases = layer if isinstance(layer, tuple) else (layer, 0)
        x = np.maximum(x, 0) @ weights + biases if i else x @ weights + biases
    return x


def labels(network):
    return outputs(network, X).argmax(axis=1)


def spectral(matrix):
    return np.linalg.svd(matrix)[1][0]


def test_theorems_by_hand():
    found = norm_bounds(NETWORK, X, labels(NETWORK), initial=INITIAL, share=0.5)
    margins = sorted(abs(np.diff(outputs(NETWORK, X))[:, 0]))
    unit = max(np.sqrt((X**2).sum(axis=1))) / (margins[6] * np.sqrt(12))
    s, t = spectral(HIDDEN), spectral(OUTPUT)
    moved = HIDDEN - INITIAL[0], OUTPUT - INITIAL[1]
    p, q = (sum(np.sqrt((m**2).sum(axis=0))) for m in moved)
    f, g = (np.sqrt((m**2).sum()) for m in moved)
    bartlett = unit * s * t * ((p / s) ** (2 / 3) + (q / t) ** (2 / 3)) ** 1.5
    n18 = 2 * unit * np.sqrt(5) * np.sqrt((f * t) ** 2 + (g * s) ** 2)
    n19 = unit * np.sqrt((OUTPUT**2).sum()) * (f + spectral(INITIAL[0]))
    assert [b.value for b in found.bounds] == pytest.approx([bartlett, n18, n19], 1e-12)
    assert found.margin == margins[6]
    assert (found.margin_error, found.training_error) == (0.5, 0.0)
    assert found.distance == pytest.approx(np.hypot(f, g), 1e-12)
    assert str(found).count("(vacuous)") == 3
    assert replace(found.bounds[0], value=1.0).vacuous


def test_other_depths_have_no_bound_of_one_hidden_layer():
    found = norm_bounds([OUTPUT], X @ HIDDEN, labels(NETWORK), margin=1.0)
    assert len(found.bounds) == 2
    assert found["Neyshabur 2018"].factors["√h"] == np.sqrt(2)
    assert any("not given for 1 layer(s)" in remark for remark in found.remarks)
    deep = norm_bounds([HIDDEN, np.eye(5), OUTPUT], X, labels(NETWORK), margin=1.0)
    assert any("not given for 3 layer(s)" in remark for remark in deep.remarks)


def test_a_margin_is_that_of_so_many_points_exactly():
    """0.07 · 100 is above 7 by rounding."""
    points = np.arange(1.0, 101)[:, None]
    found = norm_bounds([[[1.0]]], points, np.ones(100), share=0.07)
    assert found.margin == 94.0


def test_forms_differ_as_published():
    def value(form, name):
        found = norm_bounds(NETWORK, X, labels(NETWORK), initial=INITIAL, form=form)
        return found[name].value, found

    longest = np.linalg.norm(X, axis=1).max()
    for name in ("Bartlett 2017", "Neyshabur 2018", "Neyshabur 2019"):
        theorem, notebook = (value(form, name)[0] for form in ("theorem", "notebook"))
        assert theorem == pytest.approx(longest * notebook, 1e-12)
    assert value("theorem", "Neyshabur 2018")[0] == pytest.approx(
        2 * value("script", "Neyshabur 2018")[0], 1e-12
    )
    rows, columns, plain = (
        value(form, "Bartlett 2017") for form in ("script", "theorem", "poster")
    )
    for (bound, found), norm in zip(
        (rows, columns, plain),
        ("input_distance", "output_distance", "distance"),
        strict=True,
    ):
        s, t = found.layers
        by_hand = (getattr(s, norm) * t.spectral) ** (2 / 3)
        by_hand += (getattr(t, norm) * s.spectral) ** (2 / 3)
        scale = found.input_norm / (found.margin * np.sqrt(12))
        assert bound == pytest.approx(scale * by_hand**1.5, 1e-12)


def test_biases_are_weights_of_units_that_stay_1():
    entered = norm_bounds(BIASED, X, labels(BIASED))
    first = np.block([[HIDDEN, np.zeros((3, 1))], [BIASES[0], np.ones((1, 1))]])
    same = [first, np.vstack([OUTPUT, BIASES[1]])]
    longer = np.hstack([X, np.ones((12, 1))])
    initial = [np.zeros_like(weights) for weights in same]
    initial[0][-1, -1] = 1.0
    plain = norm_bounds(same, longer, labels(BIASED), initial=initial)
    assert entered.margin == pytest.approx(plain.margin, 1e-12)
    for one, other in zip(entered.bounds, plain.bounds, strict=True):
        assert one.value == pytest.approx(other.value, 1e-12)
    without = norm_bounds(BIASED, X, labels(BIASED), biases="left out")
    alone = norm_bounds(NETWORK, X, labels(NETWORK), share=0.5)
    assert without.layers == alone.layers
    assert "no bounds" in without.biases


@pytest.mark.parametrize("tensor", [Tensor, np.asarray])
def test_a_state_dict_is_the_same_network(tensor):
    state = {
        "body.0.weight": tensor(HIDDEN.T.copy()),
        "body.0.bias": tensor(BIASES[0]),
        "body.2.weight": tensor(OUTPUT.T.copy()),
        "body.2.bias": tensor(BIASES[1]),
    }
    y = labels(BIASED)
    assert norm_bounds(state, X, y) == norm_bounds(BIASED, X, y)


def fitted(kind, y, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"hidden_layer_sizes": 4, "max_iter": 30, **options}
        return kind(**options).fit(X, y)


# scikit-learn 1.6 cannot stop early with labels that are words.
@pytest.mark.parametrize(
    ("names", "options"),
    [
        ([-1, 1], {"solver": "adam", "early_stopping": True}),
        (["no", "yes"], {"solver": "lbfgs"}),
    ],
)
def test_initial_weights_are_drawn_again(names, options):
    y = np.array(names)[labels(NETWORK)]
    options = {**options, "random_state": 3, "learning_rate_init": 0.1}
    given = {"solver": "sgd", "learning_rate_init": 1e-300, "max_iter": 1}
    start = fitted(MLPClassifier, y, **{**options, **given})
    end = fitted(MLPClassifier, y, **options)
    found = norm_bounds(end, X, y, share=0.2)
    assert found.reference == "the initial weights, drawn again"
    assert found.layers == norm_bounds(end, X, y, initial=start, share=0.2).layers
    own = sorted((2 * (y == names[1]) - 1) * score(end))
    assert found.margin == pytest.approx(own[-3], 1e-9)


def test_initial_weights_of_a_regressor_of_single_precision_are_drawn_again():
    y = labels(NETWORK)
    data = X.astype("f4"), np.eye(2, dtype="f4")[y]
    options = {"hidden_layer_sizes": 4, "random_state": 3, "max_iter": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start, end = (
            MLPRegressor(solver="sgd", learning_rate_init=rate, **options).fit(*data)
            for rate in (1e-300, 0.1)
        )
    found = norm_bounds(end, *data[:1], y, margin=1.0)
    assert found.distance > 0
    assert found == replace(
        norm_bounds(end, *data[:1], y, margin=1.0, initial=start),
        reference=found.reference,
        remarks=found.remarks,
    )


def score(model):
    """The logit of the second class."""
    proba = model.predict_proba(X)[:, 1]
    return np.log(proba) - np.log1p(-proba)


def test_a_regressor_on_signs_has_the_margins_yf():
    y = np.where(labels(NETWORK), 1, -1)
    model = fitted(MLPRegressor, y, random_state=np.random.RandomState(0))
    predicted = model.predict(X)
    found = norm_bounds(model, X, np.where(predicted > 0, 1, -1), share=0.5)
    assert found.reference.startswith("0")
    assert found.margin == pytest.approx(sorted(abs(predicted))[6], 1e-12)


def test_a_layer_of_zeros_has_its_limit():
    dead = [HIDDEN, np.zeros((5, 2))]
    tiny = [HIDDEN, 1e-30 * OUTPUT]
    initial, y = [HIDDEN, OUTPUT], labels(NETWORK)
    for one, other in zip(
        *(
            norm_bounds(n, X, y, initial=initial, margin=1.0).bounds
            for n in (dead, tiny)
        ),
        strict=True,
    ):
        assert one.value == pytest.approx(other.value, 1e-9, 1e-20)
    assert norm_bounds(dead, X, y, margin=1.0).training_error == 1.0
    with pytest.raises(ValueError, match=r"that have a positive margin: 0\.0%"):
        norm_bounds(dead, X, y)


def test_tanh_acts_in_hidden_layers_only():
    found = [
        norm_bounds([(HIDDEN, BIASES[0])], X, np.zeros(12), margin=1.0, activation=name)
        for name in ("tanh", "relu")
    ]
    assert found[0] == found[1]


def test_arrays_of_a_device_are_taken(device):
    from refgen_gpu.arrays import to_device

    y = labels(NETWORK)
    function = refgen_gpu.uniform_convergence.norm_bounds
    found = function(NETWORK, to_device(X), to_device(y))
    assert found == norm_bounds(NETWORK, X, y)


@pytest.mark.parametrize(
    ("network", "options", "words"),
    [
        (MLPClassifier(), {}, "without coefs_; fit it first"),
        ("network", {}, "a fitted MLPClassifier, MLPRegressor, TwoLayer"),
        ([], {}, "network has no layers"),
        ([HIDDEN, OUTPUT.T], {}, "layer 1 has 5 outputs and layer 2 takes 2 inputs"),
        ([HIDDEN, OUTPUT[None]], {}, "must be a matrix"),
        ([HIDDEN, "words"], {}, r"network\[1\] must hold real numbers"),
        ([(HIDDEN, BIASES[0], 1)], {}, r"network\[0\] is ragged"),
        ([(HIDDEN, BIASES[1])], {}, r"must have shape \(5,\), got \(2,\)"),
        ({"conv.kernel": HIDDEN}, {}, "'conv.kernel', and bounds are known for fully"),
        ({"a.bias": BIASES[0]}, {}, "'a.bias' without weights"),
        (NETWORK, {"initial": BIASED}, "initial must have biases in the layers"),
        (NETWORK, {"initial": [HIDDEN]}, "initial must have layers of the shapes"),
        (NETWORK, {"initial": [HIDDEN[:, :4], OUTPUT[:4]]}, "initial must have layers"),
        (NETWORK, {"y": labels(NETWORK)[:, None]}, "one label for each of the 12 rows"),
        (NETWORK, {"form": "thesis"}, "form must be one of 'theorem', 'notebook'"),
        ([OUTPUT.T @ HIDDEN.T], {}, "as the first layer of network takes 2 inputs"),
        ([HIDDEN], {"form": "script"}, "counts hidden layers, and network has none"),
        (NETWORK, {"margin": 0.0}, "margin must be a positive finite number"),
        (NETWORK, {"activation": "logistic"}, "'logistic', which is not 0"),
        (BIASED, {"activation": "tanh", "share": 0.1}, "use biases='left out'"),
        ([-HIDDEN, -OUTPUT], {}, "give a smaller share or a margin"),
        ([HIDDEN, OUTPUT[:, :1]], {}, r"labels of the network, \[-1, 1\], got 0"),
    ],
)  # fmt: skip
def test_what_is_no_network_or_fits_none_is_refused(network, options, words):
    given = {"y": labels(NETWORK), **options}
    with pytest.raises((TypeError, ValueError), match=words):
        norm_bounds(network, X, **given)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros(12), "network knows one class only, 0; train it on two"),
        (np.eye(2)[labels(NETWORK)], "several labels of one point at once"),
    ],
)
def test_what_no_margin_is_known_of_is_refused(y, words):
    with pytest.raises(ValueError, match=words):
        norm_bounds(fitted(MLPClassifier, y, max_iter=1), X, labels(NETWORK))
