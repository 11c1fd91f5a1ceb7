import type { LookUpTxt } from '@drippulse/http';
import { type DomainRow, recordsOf } from './domain-rows.ts';

/**
 * Looks up the records of a domain at the name servers. `isSure` is false when a record may be missing only because a
 * name server did not answer.
 */
export async function lookUpRecords(
  lookUp: LookUpTxt,
  row: DomainRow,
): Promise<{ txt: boolean; dkim: boolean; isSure: boolean }> {
  const { ownership, dkim } = recordsOf(row);
  const [texts, keys] = await Promise.all([lookUp(ownership.name), lookUp(dkim.name)]);
  return {
    txt: texts?.some((text) => text.trim() === ownership.value) ?? false,
    dkim: keys?.some((text) => tagsOf(text).get('p') === row.public_key && isUsable(tagsOf(text))) ?? false,
    isSure: texts !== undefined && keys !== undefined,
  };
}

/** Parses the tags of a DKIM record, in any order and with any white space (RFC 6376, section 3.2). */
function tagsOf(text: string): Map<string, string> {
  return new Map(
    text.split(';').flatMap((tag) => {
      const at = tag.indexOf('=');
      return at < 0 ? [] : [[tag.slice(0, at).trim(), tag.slice(at + 1).replace(/\s+/g, '')] as const];
    }),
  );
}

function isUsable(tags: ReadonlyMap<string, string>): boolean {
  return (tags.get('v') ?? 'DKIM1') === 'DKIM1' && (tags.get('k') ?? 'rsa') === 'rsa';
}
