/**
 * A cell that a spreadsheet may read as a formula: the first characters that OWASP's page on CSV injection lists, in
 * full width too, and a line feed. Apostrophes before them count as guards that were there already.
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** The cell with one more apostrophe before it if it may be a formula. `unguardFormula` restores the cell. */
export function guardFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** Removes one apostrophe before a formula. It restores every cell that `guardFormula` returned. */
export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
