/** Keeps what was made of the texts that were used last. */
export function createRecent<T>(most: number, make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text);
    const value = known ?? make(text);
    // A map keeps the order of insertion, so the first is the one that was not used for longest.
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
