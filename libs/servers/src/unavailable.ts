/** Why there is no such server here, in one sentence that says how to get it. */
export type Unavailable = { unavailable: string };

/** The first line of what was thrown, to stand inside a sentence. */
export function firstLine(error: unknown): string {
  const [line = ''] = String(error).split('\n');
  return line.replace(/^Error: /, '');
}
