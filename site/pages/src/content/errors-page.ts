import { STATUS_CODES } from 'node:http';
import type { Reason } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { Page } from '../page/page.ts';
import { markdownPage } from './content-page.ts';

const introduction = `An error is a problem of RFC 9457. Its status says the kind, \`error\` is a stable reason for programs, \`message\` is a
sentence for people, and \`errors\` names the members at fault. \`request_id\` is the name of the request in the logs. \`type\`
leads to the reason on this page.

Repeat a request after 429 and 5xx, with growing pauses, and after the seconds of \`Retry-After\` where the answer has it. Send
an \`Idempotency-Key\` with writes, so that a repeat has no second effect. Other errors stay until the request changes.`;

/** Returns the page that lists every error reason, by status and name. The `type` of an error links to the page. */
export function errorsPage(reasons: readonly Reason[], place: { section: string; order: number }): Page {
  const byName = reasons.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const statuses = [...new Set(reasons.map(({ status }) => status))].sort((a, b) => a - b);
  const sections = statuses.map((status) => {
    const entries = byName.filter((reason) => reason.status === status);
    const texts = entries.map(({ name, meaning }) => `### \`${name}\` {#${name}}\n\n${meaning}`);
    return [`## ${status} ${STATUS_CODES[status]}`, ...texts].join('\n\n');
  });
  return markdownPage({
    path: 'errors',
    title: 'Errors',
    label: 'Errors',
    description: 'Every stable reason that an answer can carry, by status, with what to do about it.',
    isOptional: false,
    markdown: `${[introduction, ...sections].join('\n\n')}\n`,
    ...place,
  });
}
