import type { Action } from '../actions.ts';
import { addComment } from './actions/add-comment.ts';
import { addTags } from './actions/add-tags.ts';
import { createTicket } from './actions/create-ticket.ts';
import { findTickets } from './actions/find-tickets.ts';
import { findUser } from './actions/find-user.ts';
import { getTicket } from './actions/get-ticket.ts';
import { listComments } from './actions/list-comments.ts';
import { updateTicket } from './actions/update-ticket.ts';
import { upsertOrganization } from './actions/upsert-organization.ts';
import { upsertUser } from './actions/upsert-user.ts';

export { zendesk } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  createTicket,
  updateTicket,
  addComment,
  upsertUser,
  findTickets,
  getTicket,
  listComments,
  addTags,
  findUser,
  upsertOrganization,
];
