import type { Definition } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import { findAction, type Writing, writesTo } from '@drippulse/providers';
import { mailOf, type SendRequest } from '../../messaging/index.ts';
import type { MixedEffect, SendPlace } from '../effect-type.ts';
import { performedBy } from '../performed/performed-by.ts';

const performed = performedBy('integrations');

/**
 * An action of a provider. An action that writes to a person needs the same permit as a mail, for the address that the
 * action names, or else for the contact's address. A mail may go to only one person; an invitation may go to several,
 * and the suppressions of each are checked.
 */
export const integrationAction: MixedEffect = {
  ...performed,
  sends: 'by_request',
  async perform(ctx, call) {
    const { to = [], writing } = writingOf(call.request);
    if (to.length <= 1 || writing?.toSeveral) return performed.perform(ctx, call);
    const error = `it would reach ${to.length} people, whose suppressions and rules of sending are asked one by one: use a step for each`;
    return { outcome: 'failed', error, retryable: false };
  },
  sendOf: sendOfAction,
};

function sendOfAction(request: JsonObject, definition: Definition, place: SendPlace): SendRequest | undefined {
  const { to, writing } = writingOf(request);
  if (to === undefined || (to.length > 1 && !writing?.toSeveral)) return undefined;
  const contact = place.email?.toLowerCase();
  const first = to.length === 0 ? contact : (to.find((one) => one === contact) ?? to[0]);
  if (first === undefined) return undefined;
  const send = mailOf({ to: first, ...(writing?.isAnswer && { class: 'transactional' }) }, definition, place);
  return { ...send, also: to.filter((one) => one !== first) };
}

/**
 * Returns the addresses to which an action writes, and the way in which it writes. An action that writes to nobody has
 * no addresses.
 */
function writingOf({ integration_id: integration, action: name, payload }: JsonObject): {
  to?: string[] | undefined;
  writing?: Writing | undefined;
} {
  const action = findAction(String(integration), String(name));
  if (action === undefined) return {};
  return { to: writesTo(action, payload as JsonObject), writing: action.writing }; // the step rendered an object
}
