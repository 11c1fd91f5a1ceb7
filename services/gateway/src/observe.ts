import { type Logger, sumWarnings } from '@drippulse/observability';
import type { ApiKeyUsage } from './credentials/api-key-usage.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Observe } from './transcoder/ports.ts';
import { toDomainError } from './transcoder/problem.ts';

/**
 * Writes one log line for each response, measures the response, and counts the request of its API key. Only a defect is
 * logged as an error. 5xx refusals due to a lack of room or an unavailable service are summed by reason, because an
 * unknown client could cause any number of them.
 */
export function createObserve(options: {
  log: Logger;
  metrics: GatewayMetrics;
  usage: Pick<ApiKeyUsage, 'count'>;
}): Observe {
  const { log, metrics, usage } = options;
  // Redaction is off for these lines. It would look for 32 member names in each line, but these lines always have the
  // same members and none of those names. Credentials within strings are removed from every line as it is written.
  const answers = log.child({}, { redact: [] });
  const warn = sumWarnings(log, 'answered with refusals');
  return (answered) => {
    const { authenticated, error, status } = answered;
    metrics.requestAnswered(answered);
    if (authenticated?.apiKeyId !== undefined) usage.count(authenticated.apiKeyId, status >= 400);
    const line = {
      method: answered.method,
      route: answered.route,
      rpc: answered.rpc,
      status,
      reason: answered.reason,
      duration_ms: Math.round(answered.durationMs * 10) / 10,
      request_id: answered.requestId,
      client_address: answered.clientAddress,
      organization_id: authenticated && String(authenticated.caller.organizationId),
      actor: authenticated && `${authenticated.caller.actor.type}:${authenticated.caller.actor.id}`,
    };
    if (error === undefined) answers.info(line, 'answered');
    else if (toDomainError(error).kind !== 'internal') warn(String(answered.reason), { ...line, err: error });
    else log.error({ ...line, err: error }, 'answered with a failure');
  };
}
