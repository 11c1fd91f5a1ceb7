import type { Action } from '../actions.ts';
import { addCall } from './actions/add-call.ts';
import { addDigitalInteraction } from './actions/add-digital-interaction.ts';
import { assignProspectsToFlow } from './actions/assign-prospects-to-flow.ts';
import { eraseContact } from './actions/erase-contact.ts';
import { getCall } from './actions/get-call.ts';
import { getCallDetails } from './actions/get-call-details.ts';
import { getTranscript } from './actions/get-transcript.ts';
import { listCalls } from './actions/list-calls.ts';
import { listFlows } from './actions/list-flows.ts';
import { listProspectFlows } from './actions/list-prospect-flows.ts';
import { listUsers } from './actions/list-users.ts';

export { gong } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  addCall,
  getCallDetails,
  assignProspectsToFlow,
  listCalls,
  getCall,
  getTranscript,
  listUsers,
  listFlows,
  listProspectFlows,
  addDigitalInteraction,
  eraseContact,
];
