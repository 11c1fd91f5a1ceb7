import type { Action } from '../actions.ts';
import { appendRow } from './actions/append-row.ts';
import { checkAvailability } from './actions/check-availability.ts';
import { createContact } from './actions/create-contact.ts';
import { createDraft } from './actions/create-draft.ts';
import { createEvent } from './actions/create-event.ts';
import { deleteEvent } from './actions/delete-event.ts';
import { findContact } from './actions/find-contact.ts';
import { findEvents } from './actions/find-events.ts';
import { findRows } from './actions/find-rows.ts';
import { getMessage } from './actions/get-message.ts';
import { searchMessages } from './actions/search-messages.ts';
import { sendEmail } from './actions/send-email.ts';
import { updateEvent } from './actions/update-event.ts';
import { updateRow } from './actions/update-row.ts';

export { googleWorkspace } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  sendEmail,
  createDraft,
  searchMessages,
  getMessage,
  createEvent,
  updateEvent,
  deleteEvent,
  findEvents,
  checkAvailability,
  appendRow,
  updateRow,
  findRows,
  createContact,
  findContact,
];
