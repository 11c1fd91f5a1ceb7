/**
 * Matches a cell that a spreadsheet may read as a formula: it starts with a line feed, or with one of the characters on
 * OWASP's page on CSV injection, in normal or full width. Apostrophes before that character count as existing guards.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** Prefixes a cell with an apostrophe if it may be a formula. `unguardFormula` restores the cell. */
export function guardFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** Removes one apostrophe before a formula. This restores every cell that `guardFormula` returned. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
