import { found } from './collections.ts';
import { editor, type Harness } from './harness.ts';

/** Creates a form with the default fields. */
export async function createForm(harness: Harness, request = {}, caller = editor) {
  const { leadForm } = await harness.leadForms(caller).createLeadForm({ name: 'Website', ...request });
  return found(leadForm);
}
