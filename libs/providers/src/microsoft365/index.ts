import type { Action } from '../actions.ts';
import { cancelEvent } from './actions/cancel-event.ts';
import { checkAvailability } from './actions/check-availability.ts';
import { createContact } from './actions/create-contact.ts';
import { createDraft } from './actions/create-draft.ts';
import { createEvent } from './actions/create-event.ts';
import { createTask } from './actions/create-task.ts';
import { findEvents } from './actions/find-events.ts';
import { replyToEmail } from './actions/reply-to-email.ts';
import { searchMessages } from './actions/search-messages.ts';
import { sendChannelMessage } from './actions/send-channel-message.ts';
import { sendEmail } from './actions/send-email.ts';
import { updateEvent } from './actions/update-event.ts';

export { microsoft365 } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  sendEmail,
  createDraft,
  replyToEmail,
  searchMessages,
  createEvent,
  updateEvent,
  cancelEvent,
  findEvents,
  checkAvailability,
  createContact,
  createTask,
  sendChannelMessage,
];
