"""Makes linear.json: what scikit-learn fits to data that scenarios.ts makes alike.

Run: python linear.py > linear.json
Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.7.

Completed as `SimpleImputer(strategy="median", add_indicator=True)`, `StandardScaler` and `OneHotEncoder` do, but a row
of weight w counts as w rows everywhere. Numbers are rounded to 11 digits.
"""
import json, math, os, sys
import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

HERE = os.path.dirname(os.path.abspath(__file__))


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


def rows_of(s, r, count, unseen):
    numbers, codes, target, weights = [], [], [], []
    for _ in range(count):
        score, row, categories = 0.0, [], []
        for j in range(s["numbers"]):
            u = r.next() * 2 - 1
            score += (j + 1) * 0.5 * u
            row.append((j - 1) * 100 + u * 10 ** (j % 3))
        for levels in s["levels"]:
            u = r.next()
            code = math.floor(u * u * levels)
            score += ((code * 7) % 11) / 11 - 0.5
            categories.append(code)
        score += (r.next() + r.next() - 1) * s["noise"]
        for j in range(len(row)):
            if r.next() < s["nulls"]:
                row[j] = math.nan
        for j in range(len(categories)):
            u = r.next()
            if u < s["nulls"]:
                categories[j] = -1
            elif unseen and u > 0.9:
                categories[j] = -2
        if s.get("collinear"):
            row.append(row[0] + row[1])
            row.append(7.0)
        numbers.append(row)
        codes.append(categories)
        weights.append(1 + math.floor(r.next() * 4))
        k = s["classes"]
        if k == 0:
            target.append(10 + 3 * score)
        elif k == 2:
            target.append(1 if score > 0 else 0)
        else:
            target.append(min(k - 1, max(0, math.floor(score * 1.5 + k / 2))))
    return np.array(numbers, dtype=float).reshape(count, -1), np.array(codes, dtype=int).reshape(count, -1), np.array(target), np.array(weights, dtype=float)


def complete(train, test, weights, levels):
    """Design matrices of both, the column order being that of the features."""
    (numbers, codes), (other_numbers, other_codes) = train, test
    parts, others = [], []
    for j in range(numbers.shape[1]):
        column, other = numbers[:, j], other_numbers[:, j]
        missing = np.isnan(column)
        fill = np.median(np.repeat(column, weights.astype(int))[~np.repeat(missing, weights.astype(int))])
        columns = [np.where(missing, fill, column)]
        other_columns = [np.where(np.isnan(other), fill, other)]
        if missing.any():
            columns.append(missing.astype(float))
            other_columns.append(np.isnan(other).astype(float))
        scaler = StandardScaler().fit(np.column_stack(columns), sample_weight=weights)
        parts.append(scaler.transform(np.column_stack(columns)))
        others.append(scaler.transform(np.column_stack(other_columns)))
    for j, count in enumerate(levels):
        known = list(range(count)) + ([-1] if (codes[:, j] == -1).any() else [])
        parts.append((codes[:, j][:, None] == known).astype(float))
        others.append((other_codes[:, j][:, None] == known).astype(float))
    return np.column_stack(parts), np.column_stack(others)


def fit(s):
    r = Random(s["seed"])
    numbers, codes, y, weights = rows_of(s, r, s["rows"], False)
    other_numbers, other_codes, _, _ = rows_of(s, r, 25, True)
    w = weights if s["weights"] else np.ones(len(y))
    x, other = complete((numbers, codes), (other_numbers, other_codes), w, s["levels"])
    if s["classes"] == 0:
        model = Ridge(alpha=s["alpha"], solver="cholesky") if s["alpha"] > 0 else LinearRegression()
        model.fit(x, y, sample_weight=w)
        return model.coef_[None, :], np.array([model.intercept_]), model.predict(other)
    balanced = "balanced" if s.get("balanced") else None
    # scikit-learn counts rows, not weights, for "balanced".
    assert not (balanced and s["weights"])
    model = LogisticRegression(C=s["C"], tol=1e-13, max_iter=1000, solver="newton-cholesky", class_weight=balanced)
    model.fit(x, y, sample_weight=w)
    p = model.predict_proba(other)
    # Only differences of the intercepts of several classes are determined.
    intercepts = model.intercept_ if s["classes"] == 2 else model.intercept_ - model.intercept_.mean()
    return model.coef_, intercepts, p[:, 1] if s["classes"] == 2 else p.ravel()


def rounded(values):
    return [float("%.11g" % v) for v in np.ravel(values)]


if __name__ == "__main__":
    scenarios = json.load(open(os.path.join(HERE, "scenarios.json")))
    out = {}
    for s in scenarios:
        coefficients, intercepts, predictions = fit(s)
        out[s["name"]] = {"coefficients": [rounded(c) for c in coefficients], "intercepts": rounded(intercepts), "predictions": rounded(predictions)}
    lines = ",\n".join(json.dumps(name) + ": " + json.dumps(value, separators=(",", ":")) for name, value in out.items())
    sys.stdout.write("{\n" + lines + "\n}\n")
