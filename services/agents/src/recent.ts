/** Caches the results of `make`. Keeps the results for the most recently used strings, at most `most` of them. */
export function createRecent<T>(most: number, make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text);
    const value = known ?? make(text);
    // A map keeps insertion order, so its first entry is the least recently used.
    made.delete(text);
    made.set(text, value);
    if (made.size > most) {
      for (const oldest of made.keys()) {
        made.delete(oldest);
        break;
      }
    }
    return value;
  };
}
