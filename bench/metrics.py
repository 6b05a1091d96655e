"""scikit-learn's part of bench/metrics.ts: AUC-ROC and AUC-PR of scores and labels in two files of raw numbers."""
import json, sys, time
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

scores = np.fromfile(sys.argv[1], dtype=np.float32)
labels = np.fromfile(sys.argv[2], dtype=np.uint8)
roc_auc_score(labels[:1000], scores[:1000])
start = time.perf_counter()
auc = roc_auc_score(labels, scores)
middle = time.perf_counter()
precision = average_precision_score(labels, scores)
end = time.perf_counter()
print(json.dumps({"auc": float(auc), "auc_pr": float(precision), "auc_seconds": middle - start, "auc_pr_seconds": end - middle}))
