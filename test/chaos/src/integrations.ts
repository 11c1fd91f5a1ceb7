import { makeSteps } from './make-steps.ts';
import type { Random } from './random.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization whose workflows have steps at providers. */
export const integrationOrganization = 18n;
export const integrationDomain = '@integrations.example';
/** Channels for messages. A provider takes only a few messages a second for each channel. */
export const channels: readonly string[] = Array.from({ length: 10 }, (_, index) => `room-${index}`);

/**
 * Steps at providers, one for each kind of repeat. The key is the action in the step's request, or `alert`, because an
 * alert has no action. Each step makes one object that contains the reference of the contact.
 */
export const providerSteps = {
  create_customer: { repeat: 'key' },
  upsert_contact: { repeat: 'upsert' },
  create_meeting: { repeat: 'check' },
  post_message: { repeat: 'none' },
  alert: { repeat: 'none' },
} as const;
export type ProviderStep = keyof typeof providerSteps;

export function isProviderStep(name: string): name is ProviderStep {
  return Object.hasOwn(providerSteps, name);
}

const policy = { on_error: 'continue', retry: { max_attempts: 12, backoff_seconds: 1 } };
const room = 'room-{{ n }}';
const drafts: Record<ProviderStep, object> = {
  create_customer: action('stripe', 'create_customer', { email: '{{ email }}', name: '{{ lead_ref }}' }),
  upsert_contact: action('hubspot', 'upsert_contact', { email: '{{ email }}', first_name: '{{ lead_ref }}' }),
  create_meeting: action('zoom', 'create_meeting', { topic: '{{ lead_ref }}', start: '2030-01-01T09:00:00Z' }),
  post_message: action('slack', 'post_message', { channel: room, text: 'post_message {{ lead_ref }}' }),
  alert: { type: 'alert', config: { channel: room, message: 'alert {{ lead_ref }}', ...policy } },
};

/**
 * Makes two workflows. Each runs all steps one after the other, in a different order, and continues after a failure.
 */
export function makeIntegrations(random: Random): ChaosWorkflow[] {
  return [0n, 1n].map((index) => ({
    id: integrationOrganization * 10n + index,
    organizationId: integrationOrganization,
    steps: makeSteps(random.shuffle(Object.entries(drafts)).map(([id, draft]) => ({ id, ...draft }))),
  }));
}

function action(integration_id: string, name: ProviderStep, payload: object): object {
  return { type: 'integration_action', config: { integration_id, action: name, payload, ...policy } };
}
