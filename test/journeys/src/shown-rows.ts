import { type DescMessage, type DescMethod, getOption, hasOption, ScalarType } from '@bufbuild/protobuf';
import type { Api } from '@drippulse/harness';
import { field as fieldOption, Part, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { publicServices } from '@drippulse/proto/public-services';
import type { Resources } from '@drippulse/testing';
import { fill } from './routes.ts';

/** A GET of one row with a revision. `derived` names the members that change without a write of the row. */
export type ShownRow = { template: string; derived: string[] };

/**
 * A PATCH of a row that has a revision. `member` is a member that a test may change, and `valueAt` gives values for it;
 * successive values differ.
 */
export type PatchedRow = ShownRow & { rpc: string; member: string; valueAt(place: number): string | boolean };

/** Names of members with text that people read. */
const texts = ['name', 'from_name', 'label', 'last_name', 'subject', 'description', 'note', 'tax_id'];

const methods = publicServices.flatMap(({ methods: all }) => all).filter((method) => hasOption(method, http));

const shownRows: readonly ShownRow[] = methods.flatMap((method) => {
  const row = rowOf(method);
  const isRead = getOption(method, http).pattern.case === 'get';
  if (!isRead || row === undefined || membersOf(row, Part.REVISION).length === 0) return [];
  return [{ template: pathOf(method), derived: membersOf(row, Part.DERIVED) }];
});

export const patchedRows: readonly PatchedRow[] = methods.flatMap((method) => {
  if (getOption(method, http).pattern.case !== 'patch') return [];
  const shown = shownRows.find(({ template }) => template === pathOf(method));
  const text = texts.find((name) => method.input.fields.some((field) => field.name === name));
  const flag = method.input.fields.find((field) => field.scalar === ScalarType.BOOL)?.name;
  const member = text ?? flag;
  // A change of this row could make the platform refuse the sessions of the other tests. identity-mfa.test.ts of the
  // gateway compares the row's revisions instead.
  if (method.name === 'UpdateSecurity') return [];
  // The test of roles removes the provider. sso-sign-in.test.ts of the gateway compares its revisions instead.
  if (method.name === 'UpdateSso') return [];
  // Sending rules have only numbers and times. sending.test.ts of the runtime compares their revisions instead.
  if (member === undefined && method.name === 'UpdateSendingRules') return [];
  // A policy has only numbers. agents.test.ts of the agents service compares its revisions instead.
  if (method.name === 'UpdateAgentTemplateExecutionPolicy') return [];
  // Budgets have only numbers. ledger.test.ts of the agents service compares their revisions instead.
  if (method.name === 'UpdateAgentBudgets') return [];
  // The test of roles removes the connection. model-connections.test.ts of the agents service compares its revisions
  // instead.
  if (method.name === 'UpdateAgentModelConnection') return [];
  if (shown === undefined || member === undefined) throw new Error(`${method.name} changes no row, or no text or flag`);
  const valueAt = (place: number) => (text === undefined ? place % 2 === 0 : `value ${place}`);
  return [{ ...shown, rpc: method.name, member, valueAt }];
});

/** Every DELETE of a row that a GET shows, and the path of that GET. */
export const deletedRows: readonly { template: string; shown: string; hasRevision: boolean }[] = methods.flatMap(
  (method) => {
    const { shownBy } = getOption(method, rest);
    const get = method.parent.methods.find(({ name }) => name === shownBy);
    if (getOption(method, http).pattern.case !== 'delete' || get === undefined) return [];
    const shown = pathOf(get);
    return [{ template: pathOf(method), shown, hasRevision: shownRows.some(({ template }) => template === shown) }];
  },
);

/** Returns the revision in an ETag. */
export function revisionOf(tag: string | null): string {
  return /^(?:W\/)?"(\d+)\.[\w-]{16}"$/.exec(tag ?? '')?.[1] ?? `no revision in ${tag}`;
}

/** Reads each row by its path. Returns the row's revision, and the members that only a write of the row changes. */
export async function readShown(
  api: Api,
  resources: Resources,
): Promise<Map<string, { revision: string; row: string }>> {
  const found = new Map<string, { revision: string; row: string }>();
  for (const { template, derived } of shownRows) {
    const path = fill(template, (noun) => resources[noun] ?? 0);
    const { status, headers, body } = await api.get(path);
    if (status !== 200) continue;
    const kept = Object.entries(body).filter(([name]) => !derived.includes(name));
    found.set(path, { revision: revisionOf(headers.get('etag')), row: JSON.stringify(kept) });
  }
  return found;
}

function rowOf(method: DescMethod): DescMessage | undefined {
  const { responseBody } = getOption(method, http);
  return method.output.fields.find(({ name }) => name === responseBody)?.message;
}

function pathOf(method: DescMethod): string {
  return String(getOption(method, http).pattern.value);
}

function membersOf({ fields }: DescMessage, part: Part): string[] {
  return fields.filter((field) => getOption(field, fieldOption).part === part).map(({ name }) => name);
}
