import type { Action } from './actions.ts';
import { gong, actions as gongActions } from './gong/index.ts';
import { googleWorkspace, actions as googleWorkspaceActions } from './google-workspace/index.ts';
import { hubspot, actions as hubspotActions } from './hubspot/index.ts';
import { microsoft365, actions as microsoft365Actions } from './microsoft365/index.ts';
import { type ProviderKey, providerKeys, resolveProvider } from './names.ts';
import type { Provider } from './provider.ts';
import { salesforce, actions as salesforceActions } from './salesforce/index.ts';
import { sendgrid, actions as sendgridActions } from './sendgrid/index.ts';
import { slack, actions as slackActions } from './slack/index.ts';
import { stripe, actions as stripeActions } from './stripe/index.ts';
import { zendesk, actions as zendeskActions } from './zendesk/index.ts';
import { zoom, actions as zoomActions } from './zoom/index.ts';

const registry: Readonly<Record<ProviderKey, { provider: Provider; actions: readonly Action[] }>> = {
  google_workspace: { provider: googleWorkspace, actions: googleWorkspaceActions },
  microsoft365: { provider: microsoft365, actions: microsoft365Actions },
  slack: { provider: slack, actions: slackActions },
  salesforce: { provider: salesforce, actions: salesforceActions },
  hubspot: { provider: hubspot, actions: hubspotActions },
  stripe: { provider: stripe, actions: stripeActions },
  sendgrid: { provider: sendgrid, actions: sendgridActions },
  zoom: { provider: zoom, actions: zoomActions },
  zendesk: { provider: zendesk, actions: zendeskActions },
  gong: { provider: gong, actions: gongActions },
};

/** The providers, in the order of the documentation. */
export const providers: readonly Provider[] = providerKeys.map((key) => registry[key].provider);

/** Finds a provider by its key or alias, ignoring case. */
export function findProvider(name: string): Provider | undefined {
  const key = resolveProvider(name);
  return key && registry[key].provider;
}

export function actionsOf(key: ProviderKey): readonly Action[] {
  return registry[key].actions;
}

/** Finds an action by its name. `provider` may be the key or an alias of the provider. */
export function findAction(provider: string, name: string): Action | undefined {
  const key = resolveProvider(provider);
  return key && registry[key].actions.find((action) => action.name === name);
}
