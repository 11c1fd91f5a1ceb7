import { blockOf, placeInBlock } from '../enrollments/search-blocks.ts';
import { textSeparator } from '../enrollments/search-text.ts';

/** A row of `enrollment_search`; see `search-blocks.ts`. */
export type BlockTexts = { block: bigint; text: string };

/**
 * Joins the texts of enrollments into one row per block, and passes each row to `add`. Enrollments must be added in the
 * order of their ids. An enrollment without a text is in no row. `end` passes the last row.
 */
export function startSearchTexts(add: (row: BlockTexts) => void) {
  let block = -1n;
  let text = '';
  let place = 0;
  const end = () => {
    if (text !== '') add({ block, text });
    text = '';
    place = 0;
  };
  return {
    add(id: bigint, own: string | null): void {
      if (own === null) return;
      const next = blockOf(id);
      if (next !== block) end();
      block = next;
      text += textSeparator.repeat(placeInBlock(id) - place) + own;
      place = placeInBlock(id);
    },
    end,
  };
}
