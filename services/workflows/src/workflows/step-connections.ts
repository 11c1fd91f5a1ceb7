import { resolveIntegration, type Step } from '@drippulse/engine';
import { findProvider } from '@drippulse/providers';

/** A step with the connection that it uses. */
export type StepConnection = { step: Step; provider: string; connectionKey: string };

/** Returns the connection of each step that uses one. Integrations that are the platform itself need no connection. */
export function stepConnections(steps: readonly Step[]): StepConnection[] {
  return steps.flatMap((step) => {
    const found = connectionOf(step);
    return found === undefined || findProvider(found.provider) === undefined ? [] : [{ step, ...found }];
  });
}

/** Returns the connection that a step names, whether or not its integration is a provider. */
export function connectionOf({
  type,
  config,
}: Pick<Step, 'type' | 'config'>): { provider: string; connectionKey: string } | undefined {
  const { integration_id: name = defaultOf(type), connection_key: connectionKey = 'default' } = config;
  if (typeof name !== 'string' || typeof connectionKey !== 'string') return undefined;
  return { provider: resolveIntegration(name), connectionKey };
}

/** Returns the default integration of a step type: an `alert` posts to Slack. */
function defaultOf(type: string): string | undefined {
  return type === 'alert' ? 'slack' : undefined;
}
