import type { Step } from '@drippulse/engine';

/** Sender address of a step's mails. `*` stands for a local part that is a template. */
export type SenderAddress = { position: number; address: string };

/** Integrations whose mails the platform itself sends. */
const ownMailers = ['internal', 'nurture'];

/**
 * Finds the sender addresses of these steps' mails, as far as they are known before the steps run. A domain with a
 * template is known only when its step runs.
 */
export function senderAddresses(steps: readonly Step[]): SenderAddress[] {
  return steps.flatMap(({ type, position, config }) => {
    const { from, integration_id: integration = 'internal' } = config;
    if (type !== 'email' || typeof from !== 'string' || !ownMailers.includes(String(integration).toLowerCase()))
      return [];
    const [, first, domain] = /([^\s<>@]*(?:\}\})?)@([^\s<>@{}]+)>?\s*$/.exec(from) ?? [];
    if (first === undefined || domain === undefined) return [];
    return [{ position, address: `${/[{}]/.test(first) ? '*' : first}@${domain}` }];
  });
}
