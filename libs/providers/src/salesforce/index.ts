import type { Action } from '../actions.ts';
import { addToCampaign } from './actions/add-to-campaign.ts';
import { createAccount } from './actions/create-account.ts';
import { createCase } from './actions/create-case.ts';
import { createContact } from './actions/create-contact.ts';
import { createEvent } from './actions/create-event.ts';
import { createLead } from './actions/create-lead.ts';
import { createOpportunity } from './actions/create-opportunity.ts';
import { createTask } from './actions/create-task.ts';
import { findRecords } from './actions/find-records.ts';
import { getRecord } from './actions/get-record.ts';
import { moveOpportunity } from './actions/move-opportunity.ts';
import { updateRecord } from './actions/update-record.ts';
import { upsertRecord } from './actions/upsert-record.ts';

export { salesforce } from './provider.ts';
export { salesforceColumns, salesforceDeleted, salesforceRecords, salesforceRecordsConfig } from './records.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  createLead,
  upsertRecord,
  updateRecord,
  moveOpportunity,
  createTask,
  createEvent,
  findRecords,
  getRecord,
  createContact,
  createAccount,
  createOpportunity,
  createCase,
  addToCampaign,
];
