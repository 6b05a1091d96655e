"""Trains and converts CatBoost models for `mlp`, which starts this program and speaks with it through pipes.

Standard input: a line of JSON that says what to do, then the bytes of its arrays one after another, then, while training,
a line for each round (`1` to go on, `0` to stop) and one with the number of trees to keep. When it is closed, whoever
started this is gone, and so is this.
Standard output: a line of JSON for each event (`round`, `fitted`, `trained`, `converted`, `version`, `failed`).
Arguments: the folders in which CatBoost and numpy lie.
"""

import base64
import json
import math
import os
import queue
import sys
import tempfile
import threading
import types
from typing import Any, BinaryIO, Dict, List, Optional


def stand_in(name: str, **names: Any) -> types.ModuleType:
    """A module that CatBoost imports and that nothing here uses: each of its names is a class without instances."""

    def missing(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return type(attribute, (), {})

    module = types.ModuleType(name)
    module.__dict__.update({"__path__": [], "__getattr__": missing, **names})
    sys.modules[name] = module
    return module


def import_catboost() -> Any:
    sys.path[:0] = sys.argv[1:]
    stand_in("pandas")
    stand_in("scipy", sparse=stand_in("scipy.sparse"))
    stand_in("six", iteritems=lambda of: iter(of.items()), string_types=(str,), integer_types=(int,), PY3=True)
    import catboost

    return catboost


class Channel:
    """The pipes. What libraries print goes to standard error, so that standard output has events alone."""

    def __init__(self) -> None:
        self._input: BinaryIO = sys.stdin.buffer
        self._output: BinaryIO = os.fdopen(os.dup(1), "wb")
        self._replies: "queue.SimpleQueue[bytes]" = queue.SimpleQueue()
        os.dup2(2, 1)

    def read_task(self) -> Dict[str, Any]:
        return json.loads(self._input.readline())

    def read_bytes(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while len(view) > 0:
            count = self._input.readinto(view)  # type: ignore[attr-defined]
            if not count:
                os._exit(1)
            view = view[count:]
        return data

    def watch(self) -> None:
        """From here on a thread reads the replies, and ends the process at the end of the input."""

        def read() -> None:
            for line in iter(self._input.readline, b""):
                self._replies.put(line)
            os._exit(1)

        threading.Thread(target=read, daemon=True).start()

    def send(self, event: str, **values: Any) -> None:
        self._output.write(json.dumps({"event": event, **values}).encode() + b"\n")
        self._output.flush()

    def ask(self, event: str, **values: Any) -> int:
        self.send(event, **values)
        return int(self._replies.get())


def read_pool(channel: Channel, catboost: Any, part: Dict[str, Any]) -> Any:
    """Rows as CatBoost takes them: numbers as one matrix, categories as their texts, which are shared."""
    import numpy

    rows: int = part["rows"]

    def read_array(kind: str, count: int) -> Any:
        dtype = numpy.dtype(kind)
        return numpy.frombuffer(channel.read_bytes(count * dtype.itemsize), dtype)

    numbers = numpy.empty((rows, len(part["numbers"])), numpy.float32)
    for index in range(numbers.shape[1]):
        numbers[:, index] = read_array("<f4", rows)
    texts = numpy.empty((rows, len(part["categories"])), object)
    for index, category in enumerate(part["categories"]):
        levels = numpy.empty(len(category["levels"]), object)
        levels[:] = [level.encode() for level in category["levels"]]
        texts[:, index] = levels[read_array("<u4", rows)]
    features = catboost.FeaturesData(
        num_feature_data=numbers if part["numbers"] else None,
        num_feature_names=part["numbers"] or None,
        cat_feature_data=texts if part["categories"] else None,
        cat_feature_names=[category["name"] for category in part["categories"]] or None,
    )
    label = read_array("<f4", rows)
    weight = read_array("<f4", rows) if part["weighted"] else None
    if not part["ranked"]:
        return catboost.Pool(features, label=label, weight=weight)
    # It is whole queries that count: CatBoost wants their weight beside each of their rows.
    return catboost.Pool(features, label=label, group_weight=weight, group_id=read_array("<u4", rows))


class Rounds:
    """Tells of each round, and stops when told to. The first time it tells of all the rounds of a snapshot, too."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told = 0

    def after_iteration(self, info: Any) -> bool:
        begin, self._told = self._told, info.iteration
        return self._channel.ask("round", first=begin, metrics=since(info.metrics, begin)) == 1


Metrics = Dict[str, Dict[str, List[Optional[float]]]]


def since(metrics: Optional[Metrics], begin: int) -> Metrics:
    """Values from a round on, by part and metric; JSON has no numbers that are not finite."""

    def finite(value: Optional[float]) -> Optional[float]:
        return value if value is not None and math.isfinite(value) else None

    return {part: {name: [finite(value) for value in values[begin:]] for name, values in of.items()} for part, of in (metrics or {}).items()}


def train(channel: Channel, catboost: Any, task: Dict[str, Any]) -> None:
    pool = read_pool(channel, catboost, task["train"])
    validation = read_pool(channel, catboost, task["validate"]) if task["validate"] is not None else None
    channel.watch()
    model = catboost.CatBoost(task["parameters"])
    # CatBoost chooses another learning rate where the best round is kept. It keeps its best, which is no earlier than ours.
    model.fit(pool, eval_set=validation, use_best_model=task["best"], callbacks=[Rounds(channel)])
    size = channel.ask("fitted", first=0, metrics=since(model.get_evals_result(), 0))
    if size < model.tree_count_:
        model.shrink(size)
    importance = [float(value) for value in model.get_feature_importance(type="PredictionValuesChange")]
    channel.send("trained", model=saved(model, "json", pool).decode(), importance=importance)


def convert(channel: Channel, catboost: Any, task: Dict[str, Any]) -> None:
    """A model of CatBoost's JSON in its binary format."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.json")
        with open(path, "wb") as file:
            file.write(channel.read_bytes(task["size"]))
        model = catboost.CatBoost().load_model(path, format="json")
    channel.send("converted", model=base64.b64encode(saved(model, "cbm")).decode())


def saved(model: Any, form: str, pool: Any = None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        model.save_model(path, format=form, pool=pool)
        with open(path, "rb") as file:
            return file.read()


def main() -> None:
    channel = Channel()
    task = channel.read_task()
    try:
        catboost = import_catboost()
        if task["task"] == "train":
            train(channel, catboost, task)
        elif task["task"] == "convert":
            convert(channel, catboost, task)
        else:
            channel.send("version", version=catboost.__version__)
    except MemoryError:
        channel.send("failed", message="memory ran out")
    except Exception as error:  # CatBoost's own, and whatever else goes wrong: its words are the step's
        channel.send("failed", message=str(error))


main()
