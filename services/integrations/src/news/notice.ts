import type { Notice } from '@drippulse/mail';
import type { News } from '../connections/news-jobs.ts';
import { readError } from '../connections/problems.ts';
import type { ConnectionRow } from '../connections/rows.ts';
import { providerOf } from '../connections/use-connection.ts';
import type { Use } from '../connections/uses.ts';

const listedAtMost = 10;

/** Builds the mail about a connection that has stopped working, or soon will. */
export function noticeOf(
  row: ConnectionRow,
  news: News,
  { uses, publicUrl }: { uses: readonly Use[]; publicUrl: string },
): Notice {
  const { name, oauth } = providerOf(row);
  const patch = `PATCH /api/v1/integration_connections/${row.id}`;
  const anew =
    oauth === undefined
      ? `Enter new credentials: ${patch}.`
      : `Connect it anew, by the same account: POST /api/v1/integration_connections/authorize. Or enter new credentials: ${patch}.`;
  const what = `The connection ${row.external_key} to ${name}`;
  const isEnding = news.kind === 'ending';
  const until = row.ends_at === null ? '' : ` on ${row.ends_at.toISOString().slice(0, 10)}`;
  const more = uses.length - listedAtMost;
  return {
    subject: isEnding ? `${what} ends soon` : `${what} stopped working`,
    paragraphs: [
      isEnding
        ? `${what} stops working${until}, unless it is connected anew before.`
        : `${what} stopped working: ${readError(row.last_error)?.message ?? news.reason}.`,
      isEnding
        ? anew
        : `Steps that use it end by their on_error. ${anew} Then POST /api/v1/integration_connections/${row.id}/retry_failed retries the enrollments that failed for it.`,
    ],
    items: [
      {
        title: `Connection ${row.id}`,
        facts: [
          ['Provider', name],
          ['Key', row.external_key],
          ...(row.account_name === null ? [] : [['Account', row.account_name] as const]),
          ...(isEnding ? [] : [['Reason', news.reason] as const]),
        ],
      },
      ...uses.slice(0, listedAtMost).map((use) => ({
        title: use.name,
        facts: [
          ['Workflow', String(use.workflowId)],
          ['Does', use.actions.join(', ')],
        ] as const,
      })),
      ...(more > 0 ? [{ title: more === 1 ? 'And one more workflow' : `And ${more} more workflows`, facts: [] }] : []),
    ],
    link: { label: 'How connections work', url: `${publicUrl}/docs/external-tool-adapters-ui-setup` },
    reason:
      'You get this mail because you are an admin. PATCH /api/v1/account/notifications with { "integrations": false } ends these mails.',
  };
}
