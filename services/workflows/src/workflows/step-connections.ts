import { resolveIntegration, type Step } from '@drippulse/engine';

/** The connection that a step names, whether or not its integration is a provider. */
export function connectionOf({
  type,
  config,
}: Pick<Step, 'type' | 'config'>): { provider: string; connectionKey: string } | undefined {
  const { integration_id: name = defaultOf(type), connection_key: connectionKey = 'default' } = config;
  if (typeof name !== 'string' || typeof connectionKey !== 'string') return undefined;
  return { provider: resolveIntegration(name), connectionKey };
}

/** An `alert` posts to Slack unless it says otherwise. */
function defaultOf(type: string): string | undefined {
  return type === 'alert' ? 'slack' : undefined;
}
