"""Makes metrics.json: what scikit-learn says of 1,000 random cases. Inputs are generated here and in cases.ts alike.

Run: python metrics.py > metrics.json
Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.7.

Where scikit-learn puts a number or NaN for a metric that is not defined, the expected value is null:
precision, recall, F1 of a positive class that is never predicted, absent, or both (scikit-learn: 0 and a warning);
auc_pr without a row of the class, and its plain mean when a class is absent (0); R² of a constant target (1 or 0);
MAPE with a target of 0 (an error divided by the machine's epsilon). So is what is too large for a double. scikit-learn has
no expected calibration error: it is written out.
"""
import json, math, sys, warnings
import numpy as np
import sklearn.metrics as m

warnings.filterwarnings("ignore")
CASES = 1000


class Random:
    """mulberry32"""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def next(self):
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = self.state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    def below(self, n):
        return int(self.next() * n)


def probability(r, shape):
    """0: any; 1: many ties; 2: extreme; 3: at the threshold"""
    u = r.next()
    if shape == 1:
        return math.floor(u * 5) / 4
    if shape == 2:
        return [0.0, 1.0, 5e-324, 1 - 2 ** -53, 1e-300, 2 ** -52, u][r.below(7)]
    if shape == 3:
        return 0.5 + (math.floor(u * 3) - 1) * 2 ** -53
    return u


def number(r, shape):
    u = r.next() * 2 - 1
    if shape == 1:
        return math.floor(u * 3)
    if shape == 2:
        return u * [1e-150, 1.0, 1e100][r.below(3)]
    if shape == 3:
        return 1e6 + u
    return u


def case(index):
    r = Random(index)
    kind = index % 3
    rows = 1 + r.below(60)
    shape = r.below(4)
    weighted = r.below(2) == 1
    classes = 3 + r.below(4) if kind == 1 else 2 if kind == 0 else 0
    absent = r.below(classes) if kind < 2 and r.below(4) == 0 else -1
    truth, values, weights = [], [], []
    for _ in range(rows):
        if kind == 2:
            truth.append(number(r, shape))
            values.append(number(r, shape))
        else:
            label = r.below(classes)
            truth.append((label + 1) % classes if label == absent else label)
            if kind == 0:
                values.append(probability(r, shape))
            else:
                row = [probability(r, shape) + 0.01 for _ in range(classes)]
                total = 0.0
                for value in row:
                    total += value
                values.append([value / total for value in row])
        weights.append(np.float32(math.floor(r.next() * 8) / 4 if r.below(3) == 0 else r.next()))
    if not weighted:
        weights = None
    elif not any(w > 0 for w in weights):
        weights[0] = np.float32(1)
    single = kind < 2 and r.below(3) == 0
    return kind, classes, np.array(truth), np.array(values), weights, single


def calibration_error(confidence, hit, w):
    """Guo et al. (2017), ten bins of one width, a value on an edge in the bin below as in `calibration_curve`."""
    w = np.ones(len(hit)) if w is None else np.asarray(w, dtype=np.float64)
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], confidence)
    gaps = [abs(np.sum(w[bins == b] * (hit[bins == b] - confidence[bins == b]))) for b in range(10)]
    return float(np.sum(gaps) / w.sum())


def binary(truth, p, w, eps):
    decided = (p > 0.5).astype(int)
    c = m.confusion_matrix(truth, decided, labels=[0, 1], sample_weight=w)
    positives, negatives = c[1].sum(), c[0].sum()
    quotient = lambda f, denominator: float(f(truth, decided, labels=[0, 1], sample_weight=w)) if denominator > 0 else None
    both = np.column_stack([1 - p, p])
    return {
        "accuracy": m.accuracy_score(truth, decided, sample_weight=w),
        "precision": quotient(m.precision_score, c[0, 1] + c[1, 1]),
        "recall": quotient(m.recall_score, positives),
        "f1": quotient(m.f1_score, c[0, 1] + c[1, 1] + c[1, 0]),
        "auc": m.roc_auc_score(truth, p, sample_weight=w) if positives > 0 and negatives > 0 else None,
        "auc_pr": m.average_precision_score(truth, p, sample_weight=w) if positives > 0 else None,
        "log_loss": m.log_loss(truth, np.clip(both, eps, 1 - eps), labels=[0, 1], sample_weight=w),
        "brier": m.brier_score_loss(truth, p, labels=[0, 1], sample_weight=w),
        "ece": calibration_error(p, truth, w),
        "confusion": c.tolist(),
    }


def multiclass(truth, p, w, eps, classes):
    labels = list(range(classes))
    decided = p.argmax(axis=1)
    c = m.confusion_matrix(truth, decided, labels=labels, sample_weight=w)
    support = c.sum(axis=1)
    # scikit-learn takes its labels from all rows; those of weight 0 do not count for anything here.
    counted = np.ones(len(truth), bool) if w is None else np.asarray(w) > 0
    t, d, pp, ww = truth[counted], decided[counted], p[counted], None if w is None else np.asarray(w)[counted]
    one_hot = (truth[:, None] == np.arange(classes)).astype(int)
    out = {"accuracy": m.accuracy_score(truth, decided, sample_weight=w)}
    for name, f in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
        out[name + "_macro"] = f(t, d, average="macro", sample_weight=ww)
        out[name + "_weighted"] = f(t, d, average="weighted", sample_weight=ww)
    alone = (support > 0).sum() == 1
    for average in ["macro", "weighted"]:
        present = (support > 0).all() if average == "macro" else not alone
        if average == "weighted":
            keep = [k for k in labels if support[k] > 0]
            mean = lambda f: float(np.average([f(one_hot[:, k], p[:, k], sample_weight=w) for k in keep], weights=support[keep]))
        else:
            mean = lambda f: float(np.mean([f(one_hot[:, k], p[:, k], sample_weight=w) for k in labels]))
        out["auc_" + average] = mean(m.roc_auc_score) if present else None
        ap = average == "weighted" or (support > 0).all()
        out["auc_pr_" + average] = mean(m.average_precision_score) if ap else None
        if present and w is None and (support > 0).all():
            direct = m.roc_auc_score(truth, p, multi_class="ovr", average=average, labels=labels)
            assert abs(direct - out["auc_" + average]) < 1e-12
    out["log_loss"] = m.log_loss(truth, np.clip(p, eps, 1 - eps), labels=labels, sample_weight=w)
    out["brier"] = m.brier_score_loss(truth, p, labels=labels, sample_weight=w)
    out["ece"] = calibration_error(p.max(axis=1), decided == truth, w)
    out["confusion"] = c.tolist()
    return out


def regression(truth, p, w):
    constant = bool((truth == truth[0]).all()) or len(truth) < 2
    counted = truth if w is None else truth[np.asarray(w) > 0]
    spread = 0.0 if constant else float(np.average((truth - np.average(truth, weights=w)) ** 2, weights=w))
    return {
        "mse": m.mean_squared_error(truth, p, sample_weight=w),
        "rmse": m.root_mean_squared_error(truth, p, sample_weight=w),
        "mae": m.mean_absolute_error(truth, p, sample_weight=w),
        "r2": m.r2_score(truth, p, sample_weight=w) if spread > 0 and not (counted == counted[0]).all() else None,
        "mape": m.mean_absolute_percentage_error(truth, p, sample_weight=w) if not (truth == 0).any() else None,
    }


def flat(value):
    if isinstance(value, list):
        return [flat(v) for v in value]
    return None if value is None or not math.isfinite(value) else float(value)


def main():
    out = []
    for index in range(CASES):
        kind, classes, truth, values, weights, single = case(index)
        w = None if weights is None else np.array(weights, dtype=np.float64)
        eps = np.finfo(np.float32 if single else np.float64).eps
        if single:
            values = values.astype(np.float32).astype(np.float64)
        found = [binary, multiclass, regression][kind]
        args = [(truth, values, w, eps), (truth, values, w, eps, classes), (truth, values, w)][kind]
        out.append({name: flat(value) for name, value in found(*args).items()})
    names = [list(out[k]) for k in range(3)]
    cases = ",\n".join(json.dumps(list(o.values()), separators=(",", ":")) for o in out)
    sys.stdout.write('{"names": %s, "cases": [\n%s\n]}\n' % (json.dumps(names), cases))


if __name__ == "__main__":
    main()
