"""Makes relevance.json: what scikit-learn says of 300 random rankings, which stand in the file with their answers.

Run: python relevance.py > relevance.json
Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.7.

scikit-learn's `ndcg_score` takes gains, so it is given 2^relevance - 1; it refuses one row alone, which is in order. It has no
mean over queries, for which those with a relevant row count, and no reciprocal rank, which is written out: the first relevant
row stands after all others of its score that are not relevant.
"""
import json
import sys

import numpy as np
from sklearn.metrics import average_precision_score, ndcg_score

CASES = 300


def of_query(relevance, scores):
    if not relevance.any():
        return None
    gains = 2.0**relevance - 1

    def ndcg(k=None):
        return 1.0 if len(gains) == 1 else float(ndcg_score([gains], [scores], k=k))

    best = scores[relevance > 0].max()
    return {
        "ndcg": ndcg(),
        "ndcg_at_5": ndcg(5),
        "ndcg_at_10": ndcg(10),
        "map": float(average_precision_score(relevance > 0, scores)),
        "mrr": 1 / (1 + int(((relevance == 0) & (scores >= best)).sum())),
    }


def case(random):
    rows = int(random.integers(1, 80))
    queries = random.integers(0, random.integers(1, 9), rows)
    relevance = random.integers(0, 6, rows) * (random.random(rows) < random.choice([0.02, 0.3, 0.9]))
    scores = random.normal(size=rows) + relevance * random.choice([0, 0.5])
    if random.random() < 0.5:
        scores = np.round(scores * 2) / 2
    found = [of_query(relevance[queries == query], scores[queries == query]) for query in np.unique(queries)]
    counted = [one for one in found if one is not None]
    names = ["ndcg", "ndcg_at_5", "ndcg_at_10", "map", "mrr"]
    expected = {name: float(np.mean([one[name] for one in counted])) if counted else None for name in names}
    return {"queries": queries.tolist(), "relevance": relevance.tolist(), "scores": scores.tolist(), "expected": expected, "silent": len(found) - len(counted)}


random = np.random.default_rng(20261124)
json.dump({"cases": [case(random) for _ in range(CASES)]}, sys.stdout)
print()
