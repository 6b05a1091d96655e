"""Makes the Arrow files of test/sources/arrow.test.ts, and what is in them. Made with pyarrow 26.0.1."""
import datetime as dt
import decimal
import json
import pathlib

import pyarrow as pa
import pyarrow.feather as feather

HERE = pathlib.Path(__file__).parent
D = decimal.Decimal
at = dt.datetime(2001, 2, 3, 4, 5, 6, 789000)
table = pa.table(
    {
        "i8": pa.array([1, None, -3], pa.int8()),
        "u32": pa.array([1, 2, 4294967295], pa.uint32()),
        "i64": pa.array([9007199254740993, None, -1], pa.int64()),
        "f32": pa.array([0.5, None, -2.25], pa.float32()),
        "f64": pa.array([0.1, float("nan"), None], pa.float64()),
        "text": pa.array(["a", None, "é"]),
        "coded": pa.array(["x", "y", None]).dictionary_encode(),
        "flag": pa.array([True, None, False]),
        "day": pa.array([dt.date(2001, 2, 3), None, dt.date(1969, 12, 31)]),
        "ms": pa.array([at, None, at], pa.timestamp("ms")),
        "us_zone": pa.array([at, at, None], pa.timestamp("us", tz="Europe/Paris")),
        "amount": pa.array([D("12.34"), None, D("-0.05")], pa.decimal128(9, 2)),
    }
)
expected = [
    {"i8": 1, "u32": 1, "i64": "9007199254740993", "f32": 0.5, "f64": 0.1, "text": "a", "coded": "x", "flag": True, "day": "2001-02-03", "ms": "2001-02-03 04:05:06.789", "us_zone": "2001-02-03 04:05:06.789", "amount": 12.34},
    {"i8": None, "u32": 2, "i64": None, "f32": None, "f64": "NaN", "text": None, "coded": "y", "flag": None, "day": None, "ms": None, "us_zone": "2001-02-03 04:05:06.789", "amount": None},
    {"i8": -3, "u32": 4294967295, "i64": -1, "f32": -2.25, "f64": None, "text": "é", "coded": None, "flag": False, "day": "1969-12-31", "ms": "2001-02-03 04:05:06.789", "us_zone": None, "amount": -0.05},
]
(HERE / "types.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
with pa.ipc.new_file(HERE / "types.arrow", table.schema) as writer:
    writer.write_table(table, max_chunksize=2)
with pa.ipc.new_stream(HERE / "types.arrows", table.schema) as writer:
    writer.write_table(table, max_chunksize=2)
# Enough rows for several blocks, some that are shorter compressed and some that are not.
many = pa.table({"n": [i * i * 2654435761 % 2**40 for i in range(12000)], "s": [f"t{i % 50}" for i in range(12000)]})
for compression in ["lz4", "zstd"]:
    feather.write_feather(many, HERE / f"{compression}.feather", compression=compression)
feather.write_feather(pa.table({"xs": [[1], [2]]}), HERE / "nested.feather", compression="uncompressed")
