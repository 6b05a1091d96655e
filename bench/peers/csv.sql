-- The peer of `bench/csv.mlp`: DuckDB alone. Values that do not convert are its own rejects; the first row of each key
-- stays; rows keep their order.
CREATE TEMP TABLE read AS
  SELECT * FROM read_csv($FILE, header = true, delim = ',', quote = '"', auto_detect = false, store_rejects = true, columns = {
    id: 'BIGINT', "at": 'TIMESTAMP', region: 'VARCHAR', amount: 'DECIMAL(12, 2)', quantity: 'BIGINT', note: 'VARCHAR'});
COPY (
  SELECT csv_line AS text, error_message AS reason FROM reject_errors
  UNION ALL
  SELECT concat_ws(',', id, "at", region, amount, quantity, note), 'not as asked'
  FROM read WHERE NOT (amount >= 0) OR id IS NULL OR "at" IS NULL OR region IS NULL OR amount IS NULL
) TO $INVALID (FORMAT parquet, COMPRESSION zstd);
COPY (
  SELECT * EXCLUDE place FROM (
    SELECT *, rowid AS place FROM read WHERE amount >= 0 AND id IS NOT NULL AND "at" IS NOT NULL AND region IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY rowid) = 1)
  ORDER BY place
) TO $KEPT (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880);
