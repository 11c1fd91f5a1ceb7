import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectionTestSchema } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import type { Provider, TestFindings } from '@drippulse/providers';
import { openCredentials } from '../connections/credentials.ts';
import type { Refusal } from '../connections/problems.ts';
import { missingOf } from '../connections/read-credentials.ts';
import { recordOutcome } from '../connections/record-outcome.ts';
import type { ConnectionRow } from '../connections/rows.ts';
import { scopeFindings } from '../connections/scopes.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { freshCredentials, tellingOf } from '../oauth/fresh-credentials.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { storeFindings } from './store-findings.ts';
import { testCredentials } from './test-credentials.ts';

type Test = MessageInitShape<typeof ConnectionTestSchema>;
type Check = { name: string; ok: boolean; detail: string };

/** Tests a stored connection, and stores the findings. Stops after the first check that fails. */
export async function testConnection(ctx: Context, row: ConnectionRow): Promise<Test> {
  const provider = providerOf(row);
  const opened = openConnection(ctx, row);
  if ('unusable' in opened) return failed([{ name: 'decrypts', ok: false, detail: opened.unusable }]);
  const checks: Check[] = [{ name: 'decrypts', ok: true, detail: 'The credentials open.' }];
  const credentials = openCredentials(ctx.sealer, { organizationId: row.organization_id, id: row.id }, row);
  const [missing] = missingOf(provider, credentials);
  if (missing !== undefined) {
    return failed([...checks, { name: 'required_keys', ok: false, detail: `The credentials ${missing.message}.` }]);
  }
  checks.push({ name: 'required_keys', ok: true, detail: 'Every needed credential is there.' });
  const tested = await callWithRefresh(ctx, opened.connection, row);
  if ('verdict' in tested) {
    const { code, message } = tested.verdict.problem;
    return failed([...checks, { name: 'call', ok: false, detail: `${provider.name} answered ${code}: ${message}` }]);
  }
  const { findings, connection } = tested;
  await storeFindings(ctx, connection, findings);
  return found(provider, findings, [...checks, ...findings.checks], row);
}

function failed(checks: Check[]): Test {
  return { ok: false, checks };
}

function found(provider: Provider, { account, scopes }: TestFindings, checks: Check[], row: ConnectionRow): Test {
  const granted = scopeFindings(provider, scopes ?? row.granted_scopes);
  return {
    ok: checks.every(({ ok }) => ok),
    ...(account && { account: { id: account.id, ...(account.name !== null && { name: account.name }) } }),
    checks,
    ...(granted && { scopes: granted }),
  };
}

/** Tests with a call, and refreshes a refused token once. Tests a disabled connection only with its stored token. */
async function callWithRefresh(
  ctx: Context,
  connection: UsableConnection,
  { status }: ConnectionRow,
): Promise<{ findings: TestFindings; connection: UsableConnection } | { verdict: Refusal }> {
  const provider = providerOf(connection);
  if (status !== 'active') {
    const tested = await testCredentials(ctx, { provider, credentials: connection.credentials });
    return 'verdict' in tested ? tested : { ...tested, connection };
  }
  const fresh = await freshCredentials(ctx, connection);
  if ('verdict' in fresh) return asRefusal(fresh.verdict);
  const first = await testCredentials(ctx, { provider, credentials: fresh.connection.credentials });
  const refusal = 'verdict' in first && first.verdict.class === 'credentials' ? first.verdict : undefined;
  const again = refusal
    ? await freshCredentials(ctx, fresh.connection, { refusedVersion: fresh.connection.version })
    : fresh;
  if ('verdict' in again) {
    const verdict = refusal ? tellingOf(refusal, again.verdict) : again.verdict;
    await recordOutcome(ctx, fresh.connection, verdict);
    return asRefusal(verdict);
  }
  const used = again.connection;
  const tested = refusal ? await testCredentials(ctx, { provider, credentials: used.credentials }) : first;
  await recordOutcome(ctx, used, 'verdict' in tested ? tested.verdict : { class: 'ok' });
  return 'verdict' in tested ? tested : { ...tested, connection: used };
}

function asRefusal(verdict: { class: string } | Refusal): { verdict: Refusal } {
  if ('problem' in verdict) return { verdict };
  throw new Error(`${verdict.class} is not a refusal`);
}
