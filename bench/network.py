"""The peer of network.ts: seconds of the clock and of the processor that scikit-learn's MLPClassifier takes for the same
network, after a warm-up."""

import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
rng = np.random.default_rng(1)
x = rng.uniform(-1, 1, (20_000, 50)).astype(np.float32)
y = (x[:, 0] + x[:, 1] > 0).astype(int)


def train():
    begun, before = time.perf_counter(), time.process_time()
    MLPClassifier((64, 32), batch_size=int(sys.argv[1]), max_iter=3, n_iter_no_change=10).fit(x, y)
    return time.perf_counter() - begun, time.process_time() - before


train()
print(*train())
