/** The kind of store that has a file above 16 MiB, as stored in the file's row. */
export type StoreName = 'folder' | 's3';

/** A store of files by name. */
export type FileStore = {
  name: StoreName;
  /**
   * Writes a file and returns its size. Before the first bytes are sent, calls `onUpload` with an id. `remove` uses
   * this id to find an upload that a dead process has left. A failed call leaves no file.
   */
  write(name: string, pieces: AsyncIterable<Buffer>, onUpload: (id: string) => Promise<void>): Promise<number>;
  read(name: string): AsyncIterable<Uint8Array>;
  /** Deletes a file and its incomplete upload. Does nothing if neither exists. */
  remove(name: string, upload: string | undefined): Promise<void>;
};

/** The configured stores. New files go to the first store. */
export type FileStores = readonly FileStore[];
