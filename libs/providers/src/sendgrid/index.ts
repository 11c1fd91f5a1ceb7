import type { Action } from '../actions.ts';
import { addContactToList } from './actions/add-contact-to-list.ts';
import { addGlobalSuppression } from './actions/add-global-suppression.ts';
import { addGroupSuppression } from './actions/add-group-suppression.ts';
import { findContact } from './actions/find-contact.ts';
import { listLists } from './actions/list-lists.ts';
import { listTemplates } from './actions/list-templates.ts';
import { removeContactFromList } from './actions/remove-contact-from-list.ts';
import { removeGroupSuppression } from './actions/remove-group-suppression.ts';
import { sendEmail } from './actions/send-email.ts';
import { upsertContact } from './actions/upsert-contact.ts';
import { validateEmail } from './actions/validate-email.ts';

export { sendgrid } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  sendEmail,
  upsertContact,
  addContactToList,
  removeContactFromList,
  findContact,
  listLists,
  addGlobalSuppression,
  addGroupSuppression,
  removeGroupSuppression,
  listTemplates,
  validateEmail,
];
