import { defineFake, type FakeAnswer } from '../fake.ts';
import { readMime } from './read-mime.ts';

type Address = { emailAddress: { address: string; name?: string } };
type Message = {
  toRecipients?: Address[];
  subject?: string;
  internetMessageHeaders?: { name: string; value: string }[];
};
type Mail = { to: string; subject: string; headers: Record<string, string>; isDraft: boolean; id: string };
type Event = { id: string; transactionId?: string; [member: string]: unknown };

const at = '2026-11-27T07:00:00Z';

function makeState() {
  return {
    user: {
      id: '48d31887-5fad-4d73-a9f5-3c356e68a038',
      displayName: 'Owner',
      mail: 'owner@example.com',
      userPrincipalName: 'owner@example.com',
    },
    mails: [] as Mail[],
    events: [] as Event[],
    contacts: 0,
    tasks: 0,
    messages: [] as string[],
    /** Addresses whose schedule nobody may read. */
    hiddenSchedules: new Set<string>(),
    tokens: 0,
  };
}

function refused(status: number, code: string, message: string): FakeAnswer {
  const innerError = {
    date: at,
    'request-id': '00000000-0000-4000-8000-000000000001',
    'client-request-id': '00000000-0000-4000-8000-000000000002',
  };
  return { status, body: { error: { code, message, innerError } } };
}

const missing = () => refused(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

/** Microsoft Graph accepts a mail as JSON, or as the mail itself in base64. */
export const microsoft365Fake = defineFake({
  key: 'microsoft365',
  makeState,
  addExamples: (state) => {
    state.events.push({ id: 'AAMkAGI1', subject: 'Demo' });
    state.mails.push({ id: 'AAMkAGI1', to: 'owner@example.com', subject: 'invoice', headers: {}, isDraft: false });
  },
  headers: ['prefer', 'consistencylevel'],
  unauthorized: refused(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.'),
  operations: {
    'POST /{tenant}/oauth2/v2.0/token': ({ state }) => {
      state.tokens += 1;
      return {
        body: {
          access_token: `microsoft-${state.tokens}`,
          refresh_token: `microsoft-refresh-${state.tokens}`,
          expires_in: 3700,
          token_type: 'Bearer',
          scope: 'User.Read Mail.Send',
        },
      };
    },
    'GET /me': ({ state }) => ({ body: state.user }),
    'POST /me/sendMail': ({ state, body, text, headers, happened }) => {
      const mail = headers['content-type']?.startsWith('text/plain')
        ? fromMime(Buffer.from(text, 'base64').toString('utf8'))
        : fromMessage((body as { message: Message }).message);
      if (mail === undefined)
        return refused(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
      state.mails.push({ ...mail, isDraft: false, id: `AAMk${state.mails.length + 1}` });
      happened(`mail:${mail.headers['message-id'] ?? `${mail.to}:${mail.subject}`}`);
      return { status: 202 };
    },
    'POST /me/messages': ({ state, body, happened }) => {
      const mail = fromMessage(body as Message);
      const id = `AAMk${state.mails.length + 1}`;
      state.mails.push({ ...mail, isDraft: true, id });
      happened(`draft:${mail.to}:${mail.subject}`);
      return {
        status: 201,
        body: {
          id,
          subject: mail.subject,
          internetMessageId: `<${id}@example.com>`,
          webLink: `https://outlook.office.com/${id}`,
          isDraft: true,
        },
      };
    },
    'GET /me/messages': ({ state, query }) => {
      if (query['$search'] !== undefined && query['$filter'] !== undefined)
        return refused(
          400,
          'ErrorInvalidUrlQuery',
          'The query parameters $filter and $search cannot be used together.',
        );
      const value = state.mails.map(({ id, subject }) => ({
        id,
        subject,
        from: { emailAddress: { address: 'ada@example.com', name: 'Ada' } },
        receivedDateTime: at,
      }));
      return { body: { value } };
    },
    'POST /me/messages/{message-id}/reply': ({ parameters, body, happened }) => {
      happened(`reply:${parameters['message-id']}:${(body as { comment: string }).comment}`);
      return { status: 202 };
    },
    'POST /me/events': ({ state, body, happened }) => {
      const event = body as Event;
      const known = state.events.find(
        ({ transactionId }) => transactionId !== undefined && transactionId === event.transactionId,
      );
      if (known !== undefined)
        return refused(409, 'ErrorDuplicateTransactionId', 'The transactionId of this event was used before.');
      const id = `AAMkEvent${state.events.length + 1}`;
      const onlineMeeting = event['isOnlineMeeting']
        ? { joinUrl: 'https://teams.microsoft.com/l/meetup-join/1' }
        : null;
      const made = { ...event, id, webLink: `https://outlook.office.com/${id}`, iCalUId: `uid-${id}`, onlineMeeting };
      state.events.push(made);
      happened(`event:${event.transactionId ?? id}`);
      return { status: 201, body: made };
    },
    'PATCH /me/events/{event-id}': ({ state, parameters, body, happened }) => {
      const event = state.events.find(({ id }) => id === parameters['event-id']);
      if (event === undefined) return missing();
      const before = JSON.stringify(event);
      Object.assign(event, body);
      if (JSON.stringify(event) !== before) happened(`update:${event.id}:${JSON.stringify(body)}`);
      return { body: event };
    },
    'POST /me/events/{event-id}/cancel': ({ state, parameters, happened }) => {
      const index = state.events.findIndex(({ id }) => id === parameters['event-id']);
      if (index === -1) return missing();
      state.events.splice(index, 1);
      happened(`cancel:${parameters['event-id']}`);
      return { status: 202 };
    },
    'GET /me/calendarView': ({ state }) => ({ body: { value: state.events } }),
    'POST /me/calendar/getSchedule': ({ state, body }) => {
      const { schedules } = body as { schedules: readonly string[] };
      const value = schedules.map((scheduleId) =>
        state.hiddenSchedules.has(scheduleId)
          ? { scheduleId, error: { message: 'The mailbox was not found.', responseCode: '5009' } }
          : { scheduleId, availabilityView: '0020', scheduleItems: [] },
      );
      return { body: { value } };
    },
    'POST /me/contacts': ({ state, body, happened }) => {
      state.contacts += 1;
      happened(`contact:${JSON.stringify(body)}`);
      return { status: 201, body: { ...(body as object), id: `AAMkContact${state.contacts}` } };
    },
    'GET /me/todo/lists': () => ({
      body: {
        value: [
          { id: 'AAMkList1', displayName: 'Tasks', isOwner: true, isShared: false, wellknownListName: 'defaultList' },
        ],
      },
    }),
    'POST /me/todo/lists/{todoTaskList-id}/tasks': ({ state, body, happened }) => {
      state.tasks += 1;
      happened(`task:${JSON.stringify(body)}`);
      return { status: 201, body: { ...(body as object), id: `AAMkTask${state.tasks}`, status: 'notStarted' } };
    },
    'POST /teams/{team-id}/channels/{channel-id}/messages': ({ state, parameters, body, happened }) => {
      const { content } = (body as { body: { content: string } }).body;
      state.messages.push(content);
      happened(`message:${parameters['channel-id']}:${content}`);
      return {
        status: 201,
        body: {
          id: String(state.messages.length),
          body: { content, contentType: 'text' },
          webUrl: 'https://teams.microsoft.com/l/message/1',
        },
      };
    },
  },
});

function fromMessage({ toRecipients, subject = '', internetMessageHeaders = [] }: Message) {
  const headers = internetMessageHeaders.map(({ name, value }) => [name.toLowerCase(), value]);
  return {
    to: toRecipients?.[0]?.emailAddress.address ?? '',
    subject,
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}

function fromMime(mime: string) {
  if (!mime.includes('\r\n\r\n')) return undefined;
  const { headers } = readMime(mime);
  return { to: headers['to'] ?? '', subject: headers['subject'] ?? '', headers };
}
