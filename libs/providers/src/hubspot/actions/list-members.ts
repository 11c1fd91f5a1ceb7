import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { type ProviderRequest, pathOf } from '../../calls.ts';
import { recordId } from '../objects.ts';

const input = z.strictObject({
  list_id: recordId('Id of a static list.'),
  record_id: recordId('Id of the contact, company or deal.'),
});
const scopes = ['crm.lists.write', 'crm.lists.read'];

export const addToList = defineAction({
  provider: 'hubspot',
  name: 'add_to_list',
  label: 'Add to list',
  description: 'Adds an object to a static list.',
  input,
  output: z.object({ added: z.array(z.unknown()), missing: z.array(z.unknown()) }),
  scopes,
  repeat: 'same',
  example: { list_id: '42', record_id: '151' },
  *perform({ list_id, record_id }) {
    // HubSpot spells `recordsIdsAdded` with "records", although the other members of the response have "record".
    const { recordsIdsAdded, recordIdsMissing } = objectOf((yield memberRequest(list_id, 'add', record_id)).body);
    return { added: listOf(recordsIdsAdded), missing: listOf(recordIdsMissing) };
  },
});

export const removeFromList = defineAction({
  provider: 'hubspot',
  name: 'remove_from_list',
  label: 'Remove from list',
  description: 'Takes an object out of a static list.',
  input,
  output: z.object({ removed: z.array(z.unknown()) }),
  scopes,
  repeat: 'same',
  example: { list_id: '42', record_id: '151' },
  *perform({ list_id, record_id }) {
    const { recordIdsRemoved } = objectOf((yield memberRequest(list_id, 'remove', record_id)).body);
    return { removed: listOf(recordIdsRemoved) };
  },
});

function memberRequest(listId: string, change: 'add' | 'remove', recordId: string): ProviderRequest {
  const path = pathOf`/crm/lists/2026-09/${listId}/memberships/${change}`;
  return { host: 'api', method: 'PUT', path, body: { json: [recordId] } };
}
