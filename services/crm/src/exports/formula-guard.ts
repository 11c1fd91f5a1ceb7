/**
 * A cell that a spreadsheet may read as a formula: it begins with a character that OWASP's page on CSV injection lists,
 * also in full width, or with a line feed. Leading apostrophes count as existing guards.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** Returns the cell with one more leading apostrophe if it may be a formula. `unguardFormula` restores the cell. */
export function guardFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** Removes one apostrophe before a formula. It restores every cell that `guardFormula` returned. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
