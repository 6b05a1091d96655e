// Runs a script of SQL in a database in memory, which may spill into a folder: `node run-sql.mjs SCRIPT FOLDER`.
import { DuckDBInstance } from '@duckdb/node-api';

const [, , script = '', folder = '.'] = process.argv;
const instance = await DuckDBInstance.create(':memory:', { temp_directory: folder });
const connection = await instance.connect();
await connection.run(script);
connection.closeSync();
