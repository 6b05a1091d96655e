"""The peer of arrays.ts: seconds of the clock and of the processor that an epoch of Keras' `fit` takes on one thread, after a
warm-up. Usage: arrays.py ROWS BATCH SHAPE (numbers with commas), then `cnn`, `lstm` or `gru`."""

import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
rows, batch, shape, kind = int(sys.argv[1]), int(sys.argv[2]), tuple(map(int, sys.argv[3].split(","))), sys.argv[4]
layers = {
    "cnn": lambda: [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
    ],
    "lstm": lambda: [keras.layers.LSTM(32)],
    "gru": lambda: [keras.layers.GRU(32, reset_after=False)],
}[kind]()
model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
rng = np.random.default_rng(1)
x = rng.uniform(-1, 1, (rows, *shape)).astype(np.float32)
y = (x.reshape(rows, -1)[:, 0] > 0).astype(np.float32)
model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
begun, before = time.perf_counter(), time.process_time()
model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
print(time.perf_counter() - begun, time.process_time() - before)
