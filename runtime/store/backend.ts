/**
 * Where a store's contents are kept: five verbs over keys, which are relative paths with `/`. A content is immutable
 * once it is there; writing it again under its key is harmless.
 */
export interface Backend {
  /** The size of what is kept under a key; `undefined` if nothing is. */
  readonly stat: (key: string) => Promise<{ readonly bytes: number } | undefined>;
  /** Each chunk is valid until the next is asked for. */
  readonly read: (key: string) => AsyncIterable<Uint8Array>;
  /**
   * Takes files under their keys. When it resolves they are durable; when it fails, each is there wholly or not at
   * all. Those of one call are brought to the disk together, in no order.
   */
  readonly write: (entries: readonly Entry[]) => Promise<void>;
  /** Names directly under a prefix that ends with `/`, sorted. */
  readonly list: (prefix: string) => Promise<readonly string[]>;
  /** Nothing there is no error. */
  readonly remove: (key: string) => Promise<void>;
}

/** A content to be kept, and its key. */
export interface Entry {
  readonly key: string;
  /** A file with the content, which stays where it is and does not change any more. */
  readonly from: string;
}
