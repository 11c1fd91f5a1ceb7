/**
 * Matches a cell that a spreadsheet may read as a formula. Such a cell begins with a line feed, with a character from
 * OWASP's page on CSV injection, or with the full-width form of such a character. Apostrophes before that character are
 * guards that were added earlier.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Returns the cell, with an additional leading apostrophe if it may be a formula. `unguardFormula` restores the cell.
 */
export function guardFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** Removes one apostrophe before a formula. This restores every cell that `guardFormula` returned. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
