import { found } from './collections.ts';
import { editor, type Harness } from './harness.ts';

/** Creates a form with the default fields. */
export async function createForm(harness: Harness, request = {}) {
  const { leadForm } = await harness.leadForms(editor).createLeadForm({ name: 'Website', ...request });
  return found(leadForm);
}
