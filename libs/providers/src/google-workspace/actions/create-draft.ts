import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { bodyFields, bodyOf, mailFields } from '../../requests/mail-fields.ts';
import { findSent, gmailScope, rawOf } from '../mails.ts';

export const createDraft = defineAction({
  provider: 'google_workspace',
  name: 'create_draft',
  label: 'Create a draft',
  description: 'Writes a draft in Gmail, for a person to send.',
  input: z.strictObject({
    to: mailFields.to,
    subject: mailFields.subject.optional(),
    body: bodyFields.body.unwrap().describe('The body, as HTML or plain text.'),
    body_type: bodyFields.body_type,
    thread_id: line('Id of the Gmail thread that the draft belongs to.', 64).optional(),
  }),
  output: z.object({ draft_id: z.string().optional(), message_id: z.string() }),
  scopes: [gmailScope('compose')],
  repeat: 'check',
  example: { to: 'ada@example.com', subject: 'Your question', body: 'Hello Ada', thread_id: '18c5e3a1b2c3d4e5' },
  *perform({ to, subject = '', thread_id, ...input }, place) {
    const { raw, messageId } = rawOf({ ...bodyOf(input), to, subject }, place);
    const earlier = place.mayHaveHappened ? yield* findSent(messageId) : undefined;
    if (earlier !== undefined) return given({ message_id: textOf(earlier['id']) });
    const answer = yield {
      host: 'gmail',
      method: 'POST',
      path: '/gmail/v1/users/me/drafts',
      body: { json: { message: given({ raw, threadId: thread_id }) } },
    };
    const { id, message } = objectOf(answer.body);
    return given({ draft_id: textOf(id), message_id: textOf(objectOf(message)['id']) });
  },
});
