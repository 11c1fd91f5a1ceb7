import type { JsonObject } from '@drippulse/json';
import { actionsOf, type Action as ProviderAction, providerKeys } from '@drippulse/providers';
import { type Action, defineAction } from './action.ts';
import { platformActions } from './platform-actions.ts';

/** Actions by name. They are built on first use, because building the schemas of providers takes a few milliseconds. */
let all: ReadonlyMap<string, Action> | undefined;

/** Returns every action that a policy may allow, by name. */
export function catalog(): ReadonlyMap<string, Action> {
  all ??= new Map([...platformActions, ...integrationActions()].map((action) => [action.name, action]));
  return all;
}

/** Finds an action by its name: the name of a platform action, or `integration.<provider>.<action>`. */
export function findAction(name: string): Action | undefined {
  return catalog().get(name);
}

function integrationActions(): Action[] {
  return providerKeys.flatMap((provider) => actionsOf(provider).map(integrationAction));
}

/** Names of arguments that identify people. Of these, `to` and `email` identify one person, who may be the contact. */
const receiving = ['to', 'email', 'cc', 'bcc', 'user', 'attendees', 'requester_email'];

function integrationAction({ provider, name, description, input, repeat, reaches }: ProviderAction): Action {
  const isRead = repeat === 'read';
  const people = receiving.filter((argument) => Object.hasOwn(input.shape, argument));
  return defineAction({
    name: `integration.${provider}.${name}`,
    description,
    access: isRead ? 'read' : 'write',
    readsRecords: isRead,
    integration: provider,
    ofContact: Object.fromEntries(
      people.slice(0, 2).flatMap((argument) => (receiving.indexOf(argument) < 2 ? [[argument, 'email'] as const] : [])),
    ),
    receivers: reaches === 'people' ? people : [],
    input,
    performance: (payload) => ({
      by: 'runtime',
      kind: 'integration_action',
      request: {
        ...{ integration_id: provider, integration_name: provider, connection_key: 'default', action: name },
        payload: payload as JsonObject, // the action's schema accepted the value, so the value is JSON
        save_as: 'result',
      },
    }),
  });
}
