import type { Action } from '../actions.ts';
import { associate } from './actions/associate.ts';
import { createCompany } from './actions/create-company.ts';
import { createDeal } from './actions/create-deal.ts';
import { createNote } from './actions/create-note.ts';
import { createTask } from './actions/create-task.ts';
import { createTicket } from './actions/create-ticket.ts';
import { findOwner } from './actions/find-owner.ts';
import { findRecords } from './actions/find-records.ts';
import { getRecord } from './actions/get-record.ts';
import { addToList, removeFromList } from './actions/list-members.ts';
import { logCall } from './actions/log-call.ts';
import { logMeeting } from './actions/log-meeting.ts';
import { moveDeal } from './actions/move-deal.ts';
import { updateRecord } from './actions/update-record.ts';
import { upsertCompany } from './actions/upsert-company.ts';
import { upsertContact } from './actions/upsert-contact.ts';

export { hubspot } from './provider.ts';
export { hubspotArchived, hubspotColumns, hubspotRecords, hubspotRecordsConfig } from './records.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  upsertContact,
  updateRecord,
  createDeal,
  moveDeal,
  createNote,
  createTask,
  logCall,
  logMeeting,
  findRecords,
  getRecord,
  addToList,
  removeFromList,
  upsertCompany,
  createCompany,
  createTicket,
  associate,
  findOwner,
];
