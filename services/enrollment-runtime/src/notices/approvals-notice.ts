import type { Notice } from '@drippulse/mail';
import type { ApprovalRow } from '../approvals/index.ts';

const listedAtMost = 10;

type Waiting = Pick<
  ApprovalRow,
  'id' | 'kind' | 'workflow_id' | 'step_id' | 'step_name' | 'agent_id' | 'expires_at' | 'created_at'
>;

/**
 * Writes the mail about approvals that wait for a member. The message of an approval may name a contact, so the mail
 * has only the names of steps, which members of the organization wrote.
 */
export function approvalsNotice(
  waiting: readonly Waiting[],
  { workflowNames, publicUrl }: { workflowNames: ReadonlyMap<bigint, string>; publicUrl: string | undefined },
): Notice {
  const count = waiting.length === 1 ? '1 approval waits' : `${waiting.length} approvals wait`;
  const more = waiting.length - listedAtMost;
  return {
    subject: `${count} for a decision`,
    paragraphs: [
      `${count} for a decision that you may take.`,
      'GET /api/v1/approvals?mine=true lists what waits, with exactly what will happen. Decide by POST /api/v1/approvals/:id/approve ' +
        'or /reject. This mail itself decides nothing.',
    ],
    items: [
      ...waiting.slice(0, listedAtMost).map((row) => ({
        title: titleOf(row, workflowNames),
        facts: [
          ['Approval', String(row.id)],
          ['Asked', row.created_at.toISOString()],
          ['Expires', row.expires_at.toISOString()],
        ] as const,
      })),
      ...(more > 0 ? [{ title: `And ${more} more`, facts: [] }] : []),
    ],
    ...(publicUrl && {
      link: { label: 'How approvals work', url: `${publicUrl.replace(/\/+$/, '')}/docs/journeys#approvals` },
    }),
    reason:
      'You get this mail because your role may decide. PATCH /api/v1/account/notifications with { "approvals": false } ends these mails.',
  };
}

function titleOf(row: Waiting, workflowNames: ReadonlyMap<bigint, string>): string {
  const workflow = row.workflow_id === null ? undefined : workflowNames.get(row.workflow_id);
  const within = workflow === undefined ? '' : ` in ${workflow}`;
  if (row.kind === 'budget') return `A raise of a budget${within}`;
  if (row.kind === 'agent_action') return `An action of agent ${row.agent_id ?? 'unknown'}${within}`;
  return `${row.step_name ?? row.step_id ?? 'A step'}${within}`;
}
