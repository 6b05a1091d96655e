"""Makes judging.json: calibration curves and thresholds by scikit-learn, bootstrap intervals by scipy.

Run: python judging.py > judging.json
Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11.7.
"""
import json, sys, warnings
import numpy as np
import scipy.stats as stats
import sklearn.metrics as m
from sklearn.calibration import calibration_curve
from metrics import Random

warnings.filterwarnings("ignore")


def sample(seed, rows, places=None):
    """Probabilities, and outcomes that are more extreme than they say; rounded, there are ties."""
    r = Random(seed)
    truth, values = [], []
    for _ in range(rows):
        p = r.next()
        truth.append(1 if r.next() < p * p * (3 - 2 * p) else 0)
        values.append(p if places is None else round(p * places) / places)
    return np.array(truth), np.array(values)


def thresholds(truth, values):
    precision, recall, at = m.precision_recall_curve(truth, values)
    precision, recall = precision[:-1], recall[:-1]
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    kept = recall >= 0.8
    exact = precision >= 0.75
    last = lambda order: float(at[order[-1]])
    return {
        "max_f1": last(np.lexsort((at, f1.round(12)))),
        "max_precision": last(np.lexsort((at, recall, np.where(kept, precision, -1)))),
        "max_recall": last(np.lexsort((at, precision, np.where(exact, recall, -1)))) if exact.any() else None,
    }


def curves(truth, values):
    found = {}
    for strategy in ["uniform", "quantile"]:
        observed, predicted = calibration_curve(truth, values, n_bins=8, strategy=strategy)
        found[strategy] = {"observed": observed.tolist(), "predicted": predicted.tolist()}
    return found


def intervals(truth, values, rng):
    def of(f):
        found = stats.bootstrap((truth, values), f, paired=True, vectorized=False, method="percentile", n_resamples=20000, rng=rng)
        return [float(found.confidence_interval.low), float(found.confidence_interval.high)]

    decided = lambda p: (p > 0.5).astype(int)
    return {
        "accuracy": of(lambda t, p: m.accuracy_score(t, decided(p))),
        "f1": of(lambda t, p: m.f1_score(t, decided(p))),
        "auc": of(lambda t, p: m.roc_auc_score(t, p)),
        "auc_pr": of(lambda t, p: m.average_precision_score(t, p)),
        "log_loss": of(lambda t, p: m.log_loss(t, p)),
        "brier": of(lambda t, p: m.brier_score_loss(t, p)),
    }


def errors(truth, values, rng):
    truth = truth + values * 2

    def of(f):
        found = stats.bootstrap((truth, values), f, paired=True, vectorized=False, method="percentile", n_resamples=20000, rng=rng)
        return [float(found.confidence_interval.low), float(found.confidence_interval.high)]

    return {"mae": of(m.mean_absolute_error), "rmse": of(m.root_mean_squared_error), "r2": of(m.r2_score)}


def main():
    rng = np.random.default_rng(1)
    out = []
    for seed in range(12):
        truth, values = sample(seed, 300, [None, 20, 4][seed % 3])
        out.append({"thresholds": thresholds(truth, values), "curves": curves(truth, values)})
    truth, values = sample(100, 150)
    json.dump({"cases": out, "binary": intervals(truth, values, rng), "regression": errors(truth, values, rng)}, sys.stdout)


if __name__ == "__main__":
    main()
