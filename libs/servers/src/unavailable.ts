/** The reason why a server cannot be started here: one sentence that explains how to install it. */
export type Unavailable = { unavailable: string };

/** Returns the first line of an error, for use within a sentence. */
export function firstLine(error: unknown): string {
  const [line = ''] = String(error).split('\n');
  return line.replace(/^Error: /, '');
}
