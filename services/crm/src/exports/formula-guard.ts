/**
 * A cell that a spreadsheet may read as a formula, because it begins with a line feed or with a character that OWASP's
 * page on CSV injection lists, also in full width. Leading apostrophes count as existing guards.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Returns the cell, with an additional leading apostrophe if it may be a formula. `unguardFormula` restores the cell.
 */
export function guardFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** Removes one apostrophe before a formula. So it restores every cell that `guardFormula` returned. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
