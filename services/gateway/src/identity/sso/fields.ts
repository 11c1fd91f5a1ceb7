import { refuseViolations, type Violation } from '@drippulse/errors';
import { urlProblem } from '@drippulse/http';
import type { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Role } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { selectDomains } from '../domains/rows.ts';
import { roleFromProto } from '../roles.ts';
import { textProblems } from '../violations.ts';

const maxDomains = 50;
const maxGroups = 100;
const maxText = 255;
const maxSecret = 1_000;

type Fields = {
  issuer?: string | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
  domains?: readonly string[] | null | undefined;
  groups?: readonly { group: string; role: ProtoRole }[] | null | undefined;
};

/** Refuses members that are invalid by themselves. Absent members are not checked; null counts as empty. */
export function checkSsoFields(fields: Fields, allowPrivate: boolean): void {
  const { issuer, clientId, clientSecret, domains, groups } = fields;
  refuseViolations([
    ...(issuer === undefined ? [] : issuerProblems(issuer, allowPrivate)),
    ...(clientId === undefined ? [] : textProblems('client_id', clientId, maxText)),
    ...(clientSecret === undefined ? [] : textProblems('client_secret', clientSecret, maxSecret)),
    ...((domains?.length ?? 0) <= maxDomains ? [] : [tooMany('domains', maxDomains)]),
    ...((groups?.length ?? 0) <= maxGroups ? [] : [tooMany('groups', maxGroups)]),
    ...(groups ?? []).flatMap(({ group, role }, index) => [
      ...textProblems(`groups.${index}.group`, group, maxText),
      ...(roleFromProto(role) === undefined ? [required(`groups.${index}.role`)] : []),
    ]),
  ]);
}

/**
 * Refuses domains that the organization has not verified, because the provider would vouch for people of other
 * organizations.
 */
export async function requireOwnDomains(
  trx: Transaction<DB>,
  organizationId: bigint,
  domains: readonly string[],
): Promise<void> {
  const rows = await selectDomains(trx, organizationId).select('domain').where('verified_at', 'is not', null).execute();
  const own = new Set(rows.map(({ domain }) => domain));
  refuseViolations(
    domains.flatMap((domain, index) =>
      own.has(domain)
        ? []
        : [
            {
              field: `domains.${index}`,
              message: 'must be a verified domain of the organization',
              code: 'not_allowed',
            },
          ],
    ),
  );
}

/** Normalizes domains for storage: in lower case, without duplicates. */
export function normalDomains(domains: readonly string[]): string[] {
  return [...new Set(domains.map((domain) => domain.trim().toLowerCase()))];
}

export function groupsColumnOf(groups: readonly { group: string; role: ProtoRole }[]): string {
  return JSON.stringify(
    groups.map(({ group, role }): { group: string; role: Role } => ({ group, role: roleFromProto(role) ?? 'viewer' })),
  );
}

function issuerProblems(issuer: string | null, allowPrivate: boolean): Violation[] {
  const url = URL.parse(issuer ?? '');
  const isPlain = url !== null && url.search === '' && url.hash === '' && !url.pathname.includes('/.well-known/');
  const problem = isPlain ? urlProblem(url.href, allowPrivate) : undefined;
  if (isPlain && problem === undefined && (issuer ?? '').length <= maxText) return [];
  return [{ field: 'issuer', message: problem ?? 'must be an https URL without a query', code: 'format' }];
}

function tooMany(field: string, most: number): Violation {
  return { field, message: `must be at most ${most}`, code: 'length' };
}

function required(field: string): Violation {
  return { field, message: 'must not be empty', code: 'required' };
}
