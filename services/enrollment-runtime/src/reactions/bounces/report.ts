/** A report about one mail, in a common form. */
export type Report = {
  /** Id that the sender gave the report. A repeat of the report has the same id. */
  id: string;
  kind: 'hard_bounce' | 'soft_bounce' | 'complaint';
  messageId: string;
  reason: string;
};

const longestReason = 500;

/** Returns a Message-ID in the angle brackets of its header (RFC 5322), which some senders leave out. */
export function messageIdIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const id = value.trim().replace(/^<|>$/g, '');
  return /^[\x21-\x7e]{1,250}$/.test(id) && !/[<>]/.test(id) ? `<${id}>` : undefined;
}

/** Returns the reason of a report as a string that can be stored. */
export function reasonIn(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, longestReason)
    .toWellFormed();
}
