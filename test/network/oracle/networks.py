"""Repeats the trainings of scenarios.json in NumPy, in double precision, and writes expected.json.

Made with Python 3.11, NumPy 2.4.6. Nothing here is shared with the engine: gradients are written out anew.
Usage: UPDATE=1 npx vitest run test/network/oracle.test.ts, then python networks.py in this folder.
"""

import json
import math
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def one_cycle(schedule, step, steps):
    """PyTorch's OneCycleLR, in two phases, each annealed along a cosine."""
    initial = schedule["rate"] / schedule["div_factor"]
    lowest = initial / schedule["final_div_factor"]
    phases = [(schedule["rise"] * steps - 1, initial, schedule["rate"]), (steps - 1, schedule["rate"], lowest)]
    begin = 0.0
    for index, (end, start, goal) in enumerate(phases):
        if step <= end or index == len(phases) - 1:
            return goal + (start - goal) / 2 * (math.cos(math.pi * (step - begin) / (end - begin)) + 1)
        begin = end


def rate_at(schedule, step, per_epoch, epochs):
    if schedule["kind"] == "one_cycle":
        return one_cycle(schedule, step, epochs * per_epoch)
    warm = round(schedule["warm_up"] * per_epoch)
    rate = schedule["rate"]
    if step < warm:
        return rate * (step + 1) / warm
    since = step - warm
    kind = schedule["kind"]
    if kind == "cosine":
        share = since / max(1, epochs * per_epoch - warm - 1)
        return schedule["final"] + (rate - schedule["final"]) * (1 + math.cos(math.pi * share)) / 2
    if kind == "step":
        return rate * schedule["factor"] ** (since // (per_epoch * schedule["every"]))
    if kind == "exponential":
        return rate * schedule["factor"] ** (since / per_epoch)
    return rate


ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
}


def unpack(flat, layers, width):
    """Arrays of each layer, as views of the flat parameters."""
    arrays, at = [], 0
    for layer in layers:
        if layer["kind"] == "dense":
            units = layer["units"]
            kernel = flat[at : at + width * units].reshape(width, units)
            at += width * units
            arrays.append((kernel, flat[at : at + units]))
            at += units
            width = units
        else:
            arrays.append((flat[at : at + width], flat[at + width : at + 2 * width]))
            at += 2 * width
    return arrays


def loss_of(kind, out, truth, weights, smoothing):
    n = len(truth)
    if kind == "binary":
        z = out[:, 0]
        truth = truth * (1 - smoothing) + smoothing * 0.5
        p = 1 / (1 + np.exp(-z))
        return np.sum(weights * -(truth * np.log(p) + (1 - truth) * np.log(1 - p))), (weights * (p - truth) / n)[:, None]
    if kind == "multiclass":
        e = np.exp(out - out.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        y = np.eye(out.shape[1])[truth.astype(int)]
        y = y * (1 - smoothing) + smoothing / out.shape[1]
        return np.sum(weights * -(y * np.log(p)).sum(axis=1)), weights[:, None] * (p - y) / n
    error = out[:, 0] - truth
    if kind == "squared":
        return np.sum(weights * error**2 / 2), (weights * error / n)[:, None]
    if kind == "absolute":
        return np.sum(weights * np.abs(error)), (weights * np.sign(error) / n)[:, None]
    small = np.abs(error) <= 1
    value = np.where(small, error**2 / 2, np.abs(error) - 0.5)
    return np.sum(weights * value), (weights * np.clip(error, -1, 1) / n)[:, None]


def gradient(flat, layers, width, x, truth, weights, loss, smoothing):
    arrays = unpack(flat, layers, width)
    grad = np.zeros_like(flat)
    slots = unpack(grad, layers, width)
    stack, statistics, value = [], [], x
    for layer, array in zip(layers, arrays):
        if layer["kind"] == "dense":
            z = value @ array[0] + array[1]
            stack.append((value, z))
            value = ACTIVATIONS[layer["activation"]][0](z)
        else:
            mean, variance = value.mean(axis=0), value.var(axis=0)
            statistics.append((mean, variance))
            inverse = 1 / np.sqrt(variance + layer["epsilon"])
            normal = (value - mean) * inverse
            stack.append((normal, inverse))
            value = normal * array[0] + array[1]
    total, back = loss_of(loss, value, truth, weights, smoothing)
    for layer, array, slot, (a, b) in reversed(list(zip(layers, arrays, slots, stack))):
        if layer["kind"] == "dense":
            delta = back * ACTIVATIONS[layer["activation"]][1](b)
            slot[0][:] = a.T @ delta
            slot[1][:] = delta.sum(axis=0)
            back = delta @ array[0].T
        else:
            n = len(a)
            slot[0][:] = (back * a).sum(axis=0)
            slot[1][:] = back.sum(axis=0)
            d = back * array[0]
            back = b / n * (n * d - d.sum(axis=0) - a * (d * a).sum(axis=0))
    return total, grad, statistics


def is_kernel(layers, width, size):
    mask, at = np.zeros(size, bool), 0
    for layer in layers:
        if layer["kind"] == "dense":
            mask[at : at + width * layer["units"]] = True
            at += (width + 1) * layer["units"]
            width = layer["units"]
        else:
            at += 2 * width
    return mask


def train(scenario):
    description, optimizer = scenario["description"], scenario["optimizer"]
    layers = description["layers"] + [{"kind": "dense", "units": description["outputs"], "activation": "linear"}]
    width = description["inputs"]["numbers"]
    x = np.array(scenario["numbers"]).reshape(scenario["rows"], width)
    truth = np.array(scenario["truth"], float)
    weights = np.array(scenario.get("weights", [1.0] * scenario["rows"]))
    weights = weights / weights.mean()
    p = np.array(scenario["initial"])
    kernels = is_kernel(layers, width, len(p))
    first, second = np.zeros_like(p), np.zeros_like(p)
    running = None
    batch, rows = scenario["batch"], scenario["rows"]
    per_epoch = -(-rows // batch)
    losses, step = [], 0
    for order in scenario["orders"]:
        total, mass = 0.0, 0.0
        for start in range(0, rows, batch):
            pick = order[start : start + batch]
            rate = rate_at(scenario["rate"], step, per_epoch, scenario["epochs"])
            value, g, statistics = gradient(p, layers, width, x[pick], truth[pick], weights[pick], description["loss"], description.get("smoothing", 0.0))
            total, mass = total + value, mass + weights[pick].sum()
            if statistics:
                new = np.concatenate(statistics[0])
                running = 0.9 * (np.concatenate([np.zeros(len(new) // 2), np.ones(len(new) // 2)]) if running is None else running) + 0.1 * new
            if "clip_value" in optimizer:
                g = np.clip(g, -optimizer["clip_value"], optimizer["clip_value"])
            if "clip_norm" in optimizer:
                g = g * min(1, optimizer["clip_norm"] / np.linalg.norm(g))
            kind, decay = optimizer["kind"], optimizer["weight_decay"]
            if kind == "adamw":
                p[kernels] *= 1 - rate * decay
            else:
                g = g + decay * p * kernels
            step += 1
            if kind == "sgd":
                p -= rate * g
            elif kind == "momentum":
                first = optimizer["momentum"] * first + g
                p -= rate * (g + optimizer["momentum"] * first if optimizer["nesterov"] else first)
            elif kind == "rmsprop":
                first = optimizer["decay"] * first + (1 - optimizer["decay"]) * g**2
                p -= rate * g / (np.sqrt(first) + optimizer["epsilon"])
            else:
                first = optimizer["beta1"] * first + (1 - optimizer["beta1"]) * g
                second = optimizer["beta2"] * second + (1 - optimizer["beta2"]) * g**2
                m, v = first / (1 - optimizer["beta1"] ** step), second / (1 - optimizer["beta2"] ** step)
                p -= rate * m / (np.sqrt(v) + optimizer["epsilon"])
        losses.append(total / mass)
    return {"parameters": p.tolist(), "statistics": [] if running is None else running.tolist(), "losses": losses}


def main():
    scenarios = json.loads((HERE / "scenarios.json").read_text())
    expected = {scenario["name"]: train(scenario) for scenario in scenarios}
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
