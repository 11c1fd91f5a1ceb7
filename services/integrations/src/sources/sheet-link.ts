import { DomainError, type Violation } from '@drippulse/errors';
import { sheetOfUrl } from '@drippulse/providers';

/**
 * Reads the ids of the spreadsheet and the sheet from a link. Never requests the link. Refuses a link to anything else.
 */
export function readSheetLink(link: string): NonNullable<ReturnType<typeof sheetOfUrl>> {
  const sheet = sheetOfUrl(link.trim());
  if (sheet !== undefined) return sheet;
  const message = 'must be a link to a Google Sheet, such as https://docs.google.com/spreadsheets/d/…/edit';
  const violations: Violation[] = [{ field: 'url', message, code: 'format' }];
  throw new DomainError('invalid', 'validation_failed', `url ${message}`, { violations });
}
