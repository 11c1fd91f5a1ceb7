import type { Logger } from '@drippulse/observability';
import type { UsageCounter } from './identity/api-keys/usage-counter.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Observe } from './transcoder/ports.ts';

/** What follows each answer: one line of log, the metrics, the usage of the API key. */
export function createObserve(options: { log: Logger; metrics: GatewayMetrics; usage: UsageCounter }): Observe {
  const { log, metrics, usage } = options;
  // Redaction looks for thirty-two names in each line. A line of answers has the same members always and none of those;
  // credentials inside its texts are taken out of every line as it is written.
  const answers = log.child({}, { redact: [] });
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
    else log.error({ ...line, err: error }, 'answered with a failure');
  };
}
