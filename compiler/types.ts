/** The type of a column's values, as the language names it. */
export type ColumnType =
  | { readonly kind: 'int' | 'float' | 'bool' | 'string' | 'date' | 'time' | 'timestamp' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly item: ColumnType; readonly nullable: boolean }
  | { readonly kind: 'struct'; readonly fields: readonly Column[] }
  /** A type of DuckDB that the language has no name for; it can be read in SQL, not used as a feature. */
  | { readonly kind: 'other' };

/** A column of a table. Names keep their case and compare without it. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The exact type in DuckDB, such as `SMALLINT` or `DECIMAL(9,2)`: empty tables are made from it. */
  readonly sql: string;
  /** Of a column of lists whose numbers lie in one shape in every row: its axes, the last running fastest. */
  readonly shape?: readonly number[];
}

/** What a model is asked: two classes, several, a number, or the order of the rows of a query by how relevant they are. */
export type Task = 'binary' | 'multiclass' | 'regression' | 'ranking';

/** Whether a task is to tell classes apart; else the target is a number. */
export function hasClasses(task: Task): task is 'binary' | 'multiclass' {
  return task === 'binary' || task === 'multiclass';
}

/** The parts into which a split cuts its table. */
export type PartName = 'train' | 'validate' | 'test';

/** A part of a split, named by the step that made the split. */
export interface PartRef {
  readonly split: string;
  readonly part: PartName;
  /** Steps of the sources whose rows the split cuts: parts of two splits that share one may share rows. */
  readonly sources: readonly string[];
}

/** What a value was fitted on and chosen by (language.md, "The leak rules"). Both are joined by union. */
export interface Provenance {
  readonly fit: readonly PartRef[];
  readonly chose: readonly PartRef[];
}

/** From which other rows a column's value was made. `unknown` passes every check. */
export type Reach = 'row' | 'unknown';

/** The type of a table: its columns, in their order. */
export interface TableType {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  /** Steps of the sources whose rows it is made from: two tables that share one share rows. */
  readonly sources: readonly string[];
  readonly reach: Reach;
  /** Where rows hold windows over others. */
  readonly windows?: WindowsOf;
}

/** Between which times the rows lie that a row with a window was made from. */
export interface WindowsOf {
  /** Columns in which the rows of a window are equal. */
  readonly entity: readonly string[];
  readonly time: string;
  /** The column that says when a window begins. */
  readonly from: string;
  /** The column that says when the value was that lies ahead of it. */
  readonly until?: string;
}

/** The type of a split: a table whose rows are dealt into parts, with the column that is to be predicted. */
export interface SplitType {
  readonly kind: 'split';
  /** The step that makes the split, and the table that it cuts. */
  readonly step: string;
  readonly table: string;
  readonly columns: readonly Column[];
  readonly sources: readonly string[];
  readonly target: Column;
  readonly task: Task;
  /** Columns that are features only if `use` names them: target's companions such as keys and groups. */
  readonly reserved: readonly string[];
  /** Columns in which rows are equal that must not be torn apart. */
  readonly group?: readonly string[];
  /** The column by whose order the rows are cut. */
  readonly time?: string;
}

/** One part of a split, `parts.train`. */
export interface PartType {
  readonly kind: 'part';
  readonly split: SplitType;
  readonly part: PartName;
}

/** A column as a model sees it. */
export interface FeatureSpec {
  readonly name: string;
  readonly kind: 'numeric' | 'category';
  /** The column of the table that it is made from. */
  readonly from: string;
  /** Whether missing values may be left after preparing. */
  readonly nullable: boolean;
  /** Of one number of a column of lists: the shape in which they lie. */
  readonly shape?: readonly number[];
}

/** The type of a feature set: what models are trained on. */
export interface FeaturesType {
  readonly kind: 'features';
  readonly step: string;
  readonly split: SplitType;
  /** In the order of their names. */
  readonly features: readonly FeatureSpec[];
  /** Columns of the split's table that are read to make the features, in the order of their names. */
  readonly reads: readonly string[];
  readonly provenance: Provenance;
}

/** How easily a person sees why a model says what it says. */
export type Interpretability = 'low' | 'medium' | 'high';

/** The type of a trained model. Its provenance has that of its features, and the parts of its own training. */
export interface ModelType {
  readonly kind: 'model';
  readonly step: string;
  /** Of the rows that it was trained on. */
  readonly split: SplitType;
  /** What it looks at: one set of features, or those of an ensemble's members, each once. */
  readonly features: readonly FeaturesType[];
  /** The models that an ensemble is made of. */
  readonly members?: readonly ModelType[];
  readonly task: Task;
  readonly interpretability: Interpretability;
  /** The step of the model whose probabilities or decisions it changes. */
  readonly adjusts?: string;
  readonly provenance: Provenance;
}

/** The type of a report: models of one task, compared on the same parts. */
export interface ReportType {
  readonly kind: 'report';
  readonly step: string;
  readonly models: readonly ModelType[];
  readonly parts: readonly ReportPart[];
  readonly task: Task;
  /** Metrics that the report holds, in the order in which they are shown. */
  readonly metrics: readonly string[];
}

/** What a report's metrics are over: a part of the split, or the folds of the training rows. */
export type ReportPart = 'validate' | 'test' | 'folds';

/** `scores.validate` */
export interface ReportPartType {
  readonly kind: 'report-part';
  readonly report: ReportType;
  readonly part: ReportPart;
}

/** The type of a choice: one of several models, known only when it is made. */
export interface ChoiceType {
  readonly kind: 'choice';
  readonly step: string;
  readonly models: readonly ModelType[];
}

/** The type of a check, which has no value to read: it only decides whether what stands after it may run. */
export interface CheckType {
  readonly kind: 'check';
}

/** A measurement that a step needs and no declaration names, such as a model's latency. */
export interface MeasureType {
  readonly kind: 'measure';
}

/** The type of what a name is bound to, or of a part of it. */
export type ValueType =
  | TableType
  | SplitType
  | PartType
  | FeaturesType
  | ModelType
  | ReportType
  | ReportPartType
  | ChoiceType
  | CheckType
  | MeasureType;

/** Shows a column type in the language's spelling. */
export function renderColumnType(type: ColumnType, nullable = false): string {
  return bare(type) + (nullable ? '?' : '');
}

function bare(type: ColumnType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'list':
      return `list(${renderColumnType(type.item, type.nullable)})`;
    case 'struct':
      return `struct(${type.fields.map((field) => `${field.name}: ${renderColumnType(field.type, field.nullable)}`).join(', ')})`;
    default:
      return type.kind;
  }
}
