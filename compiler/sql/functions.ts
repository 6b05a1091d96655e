/**
 * Every function of the pinned DuckDB, by what it may depend on. A test fails when `duckdb_functions()` has a name that is
 * not here. Only what depends on its arguments alone may stand in a query: the catalogue's own word is not enough (it calls
 * `current_setting` CONSISTENT).
 */
const functions = {
  /** Of its arguments alone, one value for one row. */
  pure: `
    !__postfix !~~ !~~* % & && * + - ->> / // <-> << <=> <@ >> @ @> ^@ abs add age aggregate apply array_aggr
    array_aggregate array_append array_apply array_cat array_concat array_contains array_distinct array_extract
    array_filter array_grade_up array_has array_has_all array_has_any array_indexof array_intersect
    array_length array_pop_back array_pop_front array_position array_prepend array_push_back array_push_front
    array_reduce array_resize array_reverse array_reverse_sort array_select array_slice array_sort
    array_to_json array_to_string array_to_string_comma_default array_transform array_unique array_value
    array_where array_zip ascii bar base64 bin bit_count bit_length bit_position bitstring cardinality ceil
    ceiling century char_length character_length chr concat concat_ws contains damerau_levenshtein date_add
    date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth
    dayofweek dayofyear days_in_month decade decode degrees divide editdist3 element_at encode ends_with
    enum_code enum_first enum_last enum_range enum_range_boundary epoch epoch_ms epoch_ns epoch_us era error
    even factorial fdiv filter flatten floor fmod format formatReadableDecimalSize formatReadableSize
    format_bytes from_base64 from_binary from_hex from_json from_json_strict gcd generate_series get_bit
    grade_up greatest greatest_common_divisor hamming hash hex hour icu_sort_key ilike_escape instr
    is_histogram_other_bin isfinite isinf isnan isodow isoyear json json_array json_array_length json_contains
    json_exists json_extract json_extract_path json_extract_path_text json_extract_string json_keys
    json_merge_patch json_object json_pretty json_quote json_structure json_transform json_transform_strict
    json_type json_valid json_value julian last_day lcase lcm least least_common_multiple left left_grapheme
    len length length_grapheme levenshtein like_escape list_aggr list_aggregate list_any_value list_append
    list_apply list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and
    list_bool_or list_cat list_concat list_contains list_count list_distinct list_element list_extract
    list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof
    list_intersect list_last list_max list_min list_mode list_pack list_position list_prepend list_product
    list_reduce list_resize list_reverse list_reverse_sort list_select list_slice list_sort list_string_agg
    list_sum list_transform list_unique list_value list_where list_zip lower lpad ltrim make_date make_time
    make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz map map_concat map_contains
    map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries map_keys
    map_values md5 md5_number md5_number_lower md5_number_upper microsecond millennium millisecond minute
    mismatches mod month monthname multiply nanosecond nextafter nfc_normalize normalized_interval
    not_ilike_escape not_like_escape nullif octet_length ord parse_formatted_bytes pg_size_pretty pi position
    prefix printf quarter radians range reduce regexp_escape regexp_extract regexp_extract_all
    regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right
    right_grapheme round round_even roundbankers row row_to_json rpad rtrim second set_bit sha1 sha256 sign
    signbit split split_part sqrt st_asbinary st_astext st_aswkb st_aswkt st_crs st_geomfromwkb
    st_intersects_extent st_setcrs starts_with str_split str_split_regex strftime string_split
    string_split_regex string_to_array strip_accents strlen strpos strptime struct_concat struct_contains
    struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys struct_pack
    struct_position struct_update struct_values substr substring substring_grapheme subtract suffix switch
    time_bucket timezone timezone_hour timezone_minute to_base to_base64 to_binary to_centuries to_days
    to_decades to_hex to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes to_months
    to_quarters to_seconds to_timestamp to_weeks to_years translate trim trunc try_strptime ucase unbin unhex
    unicode union_extract union_tag union_value unpivot_list upper url_decode url_encode uuid_extract_timestamp
    uuid_extract_version variant_extract variant_typeof week weekday weekofyear xor year yearweek | || ~ ~~ ~~*
    ~~~
  `,
  /** Of the types or names of its arguments too: they are known, and the arguments left unread, before anything runs. */
  types: `
    alias can_cast_implicitly cast_to_type get_type make_type pg_typeof replace_type typeof
  `,
  /**
   * Of its arguments and the platform: its mathematics round the last digit in their own way, and what compilers make of a
   * product that is added to something does. In a path, \`system\` is the system's.
   */
  platform: `
    ** ^ acos acosh array_cosine_distance array_cosine_similarity array_cross_product array_distance
    array_dot_product array_inner_product array_negative_dot_product array_negative_inner_product asin asinh
    atan atan2 atanh cbrt cos cosh cot equi_width_bins exp gamma jaccard jaro_similarity
    jaro_winkler_similarity lgamma list_cosine_distance list_cosine_similarity list_distance list_dot_product
    list_entropy list_inner_product list_kurtosis list_kurtosis_pop list_mad list_median
    list_negative_dot_product list_negative_inner_product list_sem list_skewness list_stddev_pop
    list_stddev_samp list_var_pop list_var_samp ln log log10 log2 parse_dirname parse_dirpath parse_filename
    parse_path pow power sin sinh tan tanh
  `,
  /** Of its arguments alone, but several rows for one row. */
  rows: `
    generate_subscripts regexp_split_to_table unnest
  `,
  /** Aggregates that come out the same in whatever order they see their rows. */
  exact: `
    approx_count_distinct bit_and bit_or bit_xor bitstring_agg bool_and bool_or count count_if count_star
    countif histogram histogram_exact max min quantile quantile_disc regr_count
  `,
  /** Aggregates that come out the same in whatever order, and round between two values as the platform does. */
  between: `
    mad median quantile_cont
  `,
  /** Aggregates that are exact over integers and decimals, and rounded in the order of the rows over floats. */
  sum: `
    avg mean sum sum_no_overflow
  `,
  /** Aggregates that round, in the order in which they see their rows. */
  float: `
    corr covar_pop covar_samp entropy favg fsum geomean geometric_mean kahan_sum kurtosis kurtosis_pop product
    regr_avgx regr_avgy regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev
    stddev_pop stddev_samp sumkahan var_pop var_samp variance wavg weighted_avg
  `,
  /** Aggregates whose result depends on the order of rows, or of rows that tie. */
  ordered: `
    any_value approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min
    arg_min_null arg_min_nulls_last argmax argmin array_agg first group_concat json_group_array
    json_group_object json_group_structure last list listagg max_by min_by mode string_agg
  `,
  /** Window functions that give rows that tie the same value. */
  rank: `
    cume_dist dense_rank percent_rank rank rank_dense
  `,
  /** Window functions that tell apart rows that tie. */
  position: `
    fill first_value lag last_value lead nth_value ntile row_number
  `,
  /** What time it is. */
  clock: `
    ago current_date current_localtime current_localtimestamp current_time current_timestamp get_current_time
    get_current_timestamp localtime localtimestamp now pg_conf_load_time pg_postmaster_start_time today
    transaction_timestamp
  `,
  /** Another value each time. */
  random: `
    gen_random_uuid random reservoir_quantile setseed uuid uuidv4 uuidv7
  `,
  /** Changes something, or only waits. */
  effect: `
    nextval pg_sleep sleep_ms write_log
  `,
  /** Takes or gives a query that the compiler cannot look into. */
  query: `
    json_deserialize_sql json_serialize_plan json_serialize_sql
  `,
  /** Of the connection, its settings and catalogue, or its user. */
  session: `
    col_description current_catalog current_connection_id current_database current_query current_query_id
    current_role current_schema current_schemas current_setting current_transaction_id current_user currval
    format_pg_type format_type get_block_size getenv getvariable has_any_column_privilege has_column_privilege
    has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
    has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
    has_tablespace_privilege in_search_path inet_client_addr inet_client_port inet_server_addr inet_server_port
    map_to_pg_oid obj_description pg_collation_is_visible pg_conversion_is_visible pg_function_is_visible
    pg_get_constraintdef pg_get_expr pg_get_viewdef pg_has_role pg_is_other_temp_schema pg_my_temp_schema
    pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible pg_table_is_visible
    pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
    pg_type_is_visible session_user shobj_description stats txid_current user version
  `,
  /** DuckDB's own; their meaning may change with its version. */
  internal: `
    combine constant_or_null create_sort_key finalize parse_duckdb_log_message remap_struct
    timetz_byte_comparable variant_bytes_to_variant variant_normalize variant_to_parquet_variant vector_type
  `,
};

/** Families whose members are many and alike. */
const families: readonly (readonly [RegExp, FunctionClass])[] = [
  [/^icu_collate_/, 'pure'],
  [/^__internal_/, 'internal'],
];

/** What may stand in FROM, and what may not because it reads files, or runs a query that the compiler cannot see. */
const tableFunctions = {
  pure: 'generate_series json_each json_tree range repeat repeat_row unnest',
  files: `
    add_parquet_key arrow_scan arrow_scan_dumb copy_database glob import_database parquet_bloom_probe
    parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_metadata parquet_scan parquet_schema read_blob
    read_csv read_csv_auto read_duckdb read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson
    read_ndjson_auto read_ndjson_objects read_parquet read_text sniff_csv
  `,
  query: 'histogram histogram_values json_execute_serialized_sql query query_table summary',
  session: `
    all_profiling_output check_peg_parser checkpoint collations database_list database_size
    disable_checkpoint_on_shutdown disable_logging disable_object_cache disable_optimizer disable_peg_parser
    disable_print_progress_bar disable_profile disable_profiling disable_progress_bar disable_verification
    disable_verify_external disable_verify_fetch_row disable_verify_parallelism disable_verify_serializer
    duckdb_approx_database_count duckdb_columns duckdb_connection_count duckdb_constraints duckdb_coordinate_systems
    duckdb_databases duckdb_dependencies duckdb_extensions duckdb_external_file_cache duckdb_functions duckdb_indexes
    duckdb_keywords duckdb_log_contexts duckdb_logs duckdb_logs_parsed duckdb_memory duckdb_optimizers
    duckdb_prepared_statements duckdb_profiling_settings duckdb_schemas duckdb_secret_types duckdb_secrets
    duckdb_sequences duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files duckdb_types
    duckdb_variables duckdb_views enable_checkpoint_on_shutdown enable_logging enable_object_cache enable_optimizer
    enable_peg_parser enable_print_progress_bar enable_profile enable_profiling enable_progress_bar
    enable_verification extension_versions force_checkpoint functions icu_calendar_names metadata_info pg_timezone_names
    platform pragma_collations pragma_database_size pragma_metadata_info pragma_platform pragma_show
    pragma_storage_info pragma_table_info pragma_user_agent pragma_version show show_databases show_tables
    show_tables_expanded storage_info table_info truncate_duckdb_logs user_agent verify_external verify_fetch_row
    verify_parallelism verify_serializer version which_secret
  `,
  internal: 'seq_scan sql_auto_complete test_all_types test_vector_types',
};

/** What the value of a function may depend on, as the groups above say. */
export type FunctionClass = keyof typeof functions;
/** What a function in FROM does, as the groups above say. */
export type TableFunctionClass = keyof typeof tableFunctions;

const functionClasses = byName(functions);
const tableFunctionClasses = byName(tableFunctions);

/** The class of a scalar, aggregate, window or macro function, in any case; undefined for a name that DuckDB lacks. */
export function classifyFunction(name: string): FunctionClass | undefined {
  const lower = name.toLowerCase();
  return functionClasses.get(lower) ?? families.find(([pattern]) => pattern.test(lower))?.[1];
}

/** The class of a function in FROM, or of a pragma. */
export function classifyTableFunction(name: string): TableFunctionClass | undefined {
  return tableFunctionClasses.get(name.toLowerCase());
}

/** Why a class of functions may not stand in a query, and the way out; undefined for those that may. */
export function whyForbidden(group: FunctionClass | TableFunctionClass): { reason: string; hint: string } | undefined {
  switch (group) {
    case 'clock':
      return { reason: 'reads the clock', hint: 'declare a `param` for the date or time and write `${name}`' };
    case 'random':
      return {
        reason: 'gives another value each time',
        hint: 'derive the number from a key: `md5_number(key)`, `hash(key)`',
      };
    case 'effect':
      return { reason: 'changes something outside of the query', hint: 'leave it out: a query only makes a table' };
    case 'query':
      return { reason: 'hides what is read from the compiler', hint: 'write the query itself in place' };
    case 'files':
      return { reason: 'reads files', hint: 'declare a `source` for the file and name it in the query' };
    case 'session':
      return { reason: 'depends on the session, not on the data', hint: 'declare a `param` and write `${name}`' };
    case 'internal':
      return {
        reason: 'is internal to DuckDB, and may change with its version',
        hint: "use a function from DuckDB's documentation",
      };
    default:
      return undefined;
  }
}

/** Whether a function makes one value of many rows. */
export function isAggregate(group: FunctionClass | undefined): boolean {
  return group === 'exact' || group === 'between' || group === 'sum' || group === 'float' || group === 'ordered';
}

/** Names that DuckDB takes for calls of a function without its parentheses, unless a column is called so. */
export const bareCalls: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
]);

/** Whether a function gives the same bytes on every platform: what DuckDB adds up, divides and compares is IEEE's. */
export function isPortable(group: FunctionClass | undefined): boolean {
  return group !== 'platform' && group !== 'between' && group !== 'float';
}

function byName<K extends string>(groups: Readonly<Record<K, string>>): ReadonlyMap<string, K> {
  const classes = new Map<string, K>();
  for (const group of Object.keys(groups) as K[]) {
    for (const name of groups[group].trim().split(/\s+/)) classes.set(name.toLowerCase(), group);
  }
  return classes;
}
