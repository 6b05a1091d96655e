"""Makes adjust.json: calibrated probabilities by scikit-learn around models that are given.

Run: python adjust.py > adjust.json
Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11.7.

scikit-learn's own search for a sigmoid ends when its gradient is 1e-6. Its loss is minimised further here, from where it
ended, and `sigmoid_gap` says how far that led.
"""
import json, sys
import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

LEAST = 2.0**-24


def log_odds(p):
    p = np.clip(p, LEAST, 1 - LEAST)
    return np.log(p / (1 - p))


class Probabilities(ClassifierMixin, BaseEstimator):
    """A model whose probabilities are the columns that it is given: of two classes that of the last."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        return np.column_stack([1 - X[:, 0], X[:, 0]]) if X.shape[1] == 1 else X

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


class Odds(Probabilities):
    """The same, with log-odds for a decision function, as a logistic regression has them."""

    def decision_function(self, X):
        return log_odds(X[:, 0] if X.shape[1] == 1 else X)


def calibrated(model, method, X, y, new):
    fitted = CalibratedClassifierCV(FrozenEstimator(model.fit(X, y)), method=method, cv=2).fit(X, y)
    return fitted.calibrated_classifiers_[0].calibrators, fitted.predict_proba(new)


def polish(a, b, z, hits):
    """The minimum of scikit-learn's loss, by Newton's method from where its search ended; p = expit(-(a z + b))."""
    positives, negatives = hits.sum(), (1 - hits).sum()
    target = np.where(hits == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.column_stack([-z, -np.ones_like(z)])
    at = np.array([a, b])
    for _ in range(60):
        p = expit(design @ at)
        gradient = design.T @ (p - target)
        hessian = (design * (p * (1 - p))[:, None]).T @ design
        at = at - np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]
    return at


def sigmoid(X, y, new):
    calibrators, theirs = calibrated(Odds(), "sigmoid", X, y, new)
    width = X.shape[1]
    columns = []
    for at, calibrator in enumerate(calibrators):
        hits = (y == (1 if width == 1 else at)).astype(float)
        a, b = polish(calibrator.a_, calibrator.b_, log_odds(X[:, at]), hits)
        columns.append(expit(-(a * log_odds(new[:, at]) + b)))
    found = np.column_stack(columns)
    ours = np.column_stack([1 - found[:, 0], found[:, 0]]) if width == 1 else found / found.sum(axis=1, keepdims=True)
    return ours, float(np.abs(ours - theirs).max())


def binary(seed, rows, places=None, power=2.0):
    r = np.random.default_rng(seed)
    p = r.random(rows)
    y = (r.random(rows) < p**power).astype(int)
    return (p if places is None else np.round(p, places))[:, None], y


def multiclass(seed, rows, classes):
    r = np.random.default_rng(seed)
    z = 2 * r.standard_normal((rows, classes))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    sharper = np.exp(0.4 * z) / np.exp(0.4 * z).sum(axis=1, keepdims=True)
    y = np.array([r.choice(classes, p=one) for one in sharper])
    return p, y


def main():
    cases = {
        "binary": binary(1, 400),
        "ties": binary(2, 300, places=1),
        "few rows": binary(3, 12, power=0.5),
        "one value": (np.full((30, 1), 0.3), (np.arange(30) % 3 == 0).astype(int)),
        "separable": (np.linspace(0.05, 0.95, 40)[:, None], (np.arange(40) >= 20).astype(int)),
        "falling": (np.linspace(0.05, 0.95, 40)[:, None], (np.arange(40) < 20).astype(int)),
        "certain": (np.array([0, 0, 0, 0.2, 0.5, 0.7, 1, 1, 1, 1.0])[:, None], np.array([0, 0, 1, 0, 1, 1, 1, 1, 1, 0])),
        "three classes": multiclass(4, 300, 3),
        "five classes": multiclass(5, 200, 5),
    }
    out = {}
    for name, (X, y) in cases.items():
        width = X.shape[1]
        if width == 1:
            # Where all rows are alike, what is said of others is left open.
            new = X[:25] if np.ptp(X) == 0 else np.concatenate([X[:25], np.linspace(0, 1, 21)[:, None]])
        else:
            new = np.concatenate([X[:25], np.eye(width), np.full((1, width), 1 / width)])
        found, gap = sigmoid(X, y, new)
        _, isotonic = calibrated(Probabilities(), "isotonic", X, y, new)
        last = lambda p: p[:, 1:].ravel().tolist() if width == 1 else p.ravel().tolist()
        out[name] = {
            "width": width,
            "values": X.ravel().tolist(),
            "truth": y.tolist(),
            "new": new.ravel().tolist(),
            "sigmoid": last(found),
            "sigmoid_gap": gap,
            "isotonic": last(isotonic),
        }
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
