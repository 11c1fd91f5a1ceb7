import type { Step } from '@drippulse/engine';

/** An address that mails of a step are sent from. A first part that is a template is `*`. */
export type SenderAddress = { position: number; address: string };

/** What sends mail from the platform itself. */
const ownMailers = ['internal', 'nurture'];

/**
 * The addresses that mails of these steps are sent from, as far as they are known before the steps run: a template in
 * the domain is known only then.
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
