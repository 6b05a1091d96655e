/**
 * What is used of DuckDB's interface. Always imported dynamically: loading this file loads the engine. (Named here, the
 * parts of a CommonJS package keep their names when it is bundled.)
 */
export {
  ARRAY,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  FLOAT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
