/** A string derived from another string. It maps each of its UTF-16 units to a place in the original string. */
export type View = { text: string; from(at: number): number; to(at: number): number };

/** A part of the original text. */
export type Span = { from: number; to: number };

/** A replacement of a part of a view. If it is a gap, no span may begin or end within it. */
export type Edit = { at: number; length: number; by: string; isGap?: boolean };

/** Returns a string as the view of itself. */
export function asItStands(text: string): View {
  return { text, from: (at) => at, to: (at) => at + 1 };
}

/** Returns the view with these edits, which are in order. */
export function edited(view: View, edits: readonly Edit[]): View {
  if (edits.length === 0) return view;
  const pieces: string[] = [];
  /** The start of each edit in the new text. */
  const begins: number[] = [];
  let [read, written] = [0, 0];
  for (const { at, length, by } of edits) {
    pieces.push(view.text.slice(read, at), by);
    begins.push(written + at - read);
    written += at - read + by.length;
    read = at + length;
  }
  pieces.push(view.text.slice(read));

  /** Finds the edit that contains a place; without such an edit, the corresponding place in the view. */
  function find(at: number): Edit | number {
    let [low, high] = [0, begins.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((begins[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const edit = edits[low - 1];
    if (edit === undefined) return at;
    const after = at - (begins[low - 1] ?? 0) - edit.by.length;
    return after < 0 ? edit : edit.at + edit.length + after;
  }

  const begin = ({ at }: Edit) => view.from(at);
  const end = ({ at, length }: Edit) => view.to(at + length - 1);
  return {
    text: pieces.join(''),
    from(at) {
      const found = find(at);
      if (typeof found === 'number') return view.from(found);
      return found.isGap === true ? end(found) : begin(found);
    },
    to(at) {
      const found = find(at);
      if (typeof found === 'number') return view.to(found);
      return found.isGap === true ? begin(found) : end(found);
    },
  };
}
