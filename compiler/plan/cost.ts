/** What a step took and left the last time: of its process, its rows and its blobs. */
export interface Cost {
  readonly seconds: number;
  readonly rows?: number;
  /** Of what it left in the store. */
  readonly bytes?: number;
  /** The most that its process had in memory, in bytes. */
  readonly memory?: number;
}
