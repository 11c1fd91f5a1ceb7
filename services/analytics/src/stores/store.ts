/** Where files above 16 MiB are, as it is stored. */
export type StoreName = 'folder' | 's3';

/** A place for files, by their names. */
export type FileStore = {
  name: StoreName;
  /**
   * Writes a file and returns its size. `onUpload` is called before the first bytes leave, with what `remove` needs to
   * find what a process left that died. A failed call leaves no file.
   */
  write(name: string, pieces: AsyncIterable<Buffer>, onUpload: (id: string) => Promise<void>): Promise<number>;
  read(name: string): AsyncIterable<Uint8Array>;
  /** Removes a file, and what was written of it; nothing when there is neither. */
  remove(name: string, upload: string | undefined): Promise<void>;
};

/** The stores that this process knows. New files go to the first. */
export type FileStores = readonly FileStore[];
