import { defineFake, type FakeAnswer } from '../fake.ts';
import { readMime } from './read-mime.ts';

type Mail = {
  id: string;
  threadId: string;
  messageId: string;
  to: string;
  subject: string;
  raw: string;
  isDraft: boolean;
};
type Time = { dateTime?: string; timeZone?: string };
type Event = { id: string; summary?: string; start?: Time; end?: Time; status: string; [member: string]: unknown };

function makeState() {
  return {
    email: 'owner@example.com',
    /** Whether the token gives the right to read the mailbox. */
    mayRead: true,
    mails: [] as Mail[],
    events: new Map<string, Event>(),
    /** Rows by spreadsheet and by the name of the sheet. */
    rows: new Map<string, unknown[][]>(),
    /** Calendars that nobody may read. */
    hiddenCalendars: new Set<string>(),
    contacts: [] as { resourceName: string; emailAddresses: { value: string }[]; names: { displayName: string }[] }[],
    tokens: 0,
  };
}

type State = ReturnType<typeof makeState>;

function refused(code: number, status: string, reason: string, message: string): FakeAnswer {
  return { status: code, body: { error: { code, message, status, errors: [{ domain: 'global', reason, message }] } } };
}

const missing = () => refused(404, 'NOT_FOUND', 'notFound', 'Requested entity was not found.');
const noScope = () => refused(403, 'PERMISSION_DENIED', 'insufficientPermissions', 'Insufficient Permission');

function addMail(state: State, { raw, threadId }: { raw: string; threadId?: string }, isDraft: boolean): Mail {
  const { headers } = readMime(Buffer.from(raw, 'base64url').toString('utf8'));
  const id = `18c5${String(state.mails.length + 1).padStart(12, '0')}`;
  const mail = {
    id,
    threadId: threadId ?? id,
    messageId: headers['message-id'] ?? '',
    to: headers['to'] ?? '',
    subject: headers['subject'] ?? '',
    raw,
    isDraft,
  };
  state.mails.push(mail);
  return mail;
}

/** Adds offsets to times. Google returns a time with an offset even if it was sent without one. */
function withOffsets<E extends Partial<Event>>(event: E): E {
  const fix = (time: Time | undefined) =>
    time?.dateTime === undefined || /(Z|[+-]\d\d:\d\d)$/.test(time.dateTime)
      ? time
      : { ...time, dateTime: `${time.dateTime}Z` };
  const [start, end] = [fix(event.start), fix(event.end)];
  return { ...event, ...(start && { start }), ...(end && { end }) };
}

/** Returns the rows of the sheet in a range. For example, `Leads!A2:C2` refers to the sheet `Leads`. */
function sheetOf({ rows }: State, { spreadsheetId, range = '' }: Readonly<Record<string, string>>): unknown[][] {
  const title = (range.split('!')[0] ?? '').replace(/^'(.*)'$/, (_, quoted: string) => quoted.replaceAll("''", "'"));
  const key = `${spreadsheetId}/${title}`;
  const known = rows.get(key) ?? [];
  rows.set(key, known);
  return known;
}

/** Google accepts `fields`, `alt` and `prettyPrint` in every request. */
export const googleWorkspaceFake = defineFake({
  key: 'google_workspace',
  makeState,
  addExamples: (state) => {
    state.events.set('a1b2c3d4e5', { id: 'a1b2c3d4e5', summary: 'Demo', status: 'confirmed' });
    state.rows.set('1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/Leads', [
      ['Name', 'Score'],
      ['Grace', 80],
    ]);
    const mail = {
      threadId: '18c5e3a1b2c3d4e5',
      messageId: '<a@example.com>',
      to: 'ada@example.com',
      subject: 'Hello',
    };
    state.mails.push({ ...mail, id: '18c5e3a1b2c3d4e5', raw: '', isDraft: false });
    state.contacts.push({
      resourceName: 'people/c0',
      emailAddresses: [{ value: 'ada@example.com' }],
      names: [{ displayName: 'Ada Lovelace' }],
    });
  },
  query: ['fields', 'alt', 'prettyPrint'],
  unauthorized: refused(401, 'UNAUTHENTICATED', 'authError', 'Request had invalid authentication credentials.'),
  operations: {
    'POST /token': ({ state, body }) => {
      state.tokens += 1;
      const payload = Buffer.from(JSON.stringify({ sub: '1', email: state.email })).toString('base64url');
      const isCode = (body as { grant_type: string }).grant_type === 'authorization_code';
      return {
        body: {
          access_token: `google-${state.tokens}`,
          ...(isCode && { refresh_token: 'google-refresh', id_token: `e30.${payload}.c2ln` }),
          expires_in: 3599,
          token_type: 'Bearer',
          scope: 'openid email https://www.googleapis.com/auth/gmail.send',
        },
      };
    },
    'POST /revoke': () => ({}),
    'GET /gmail/v1/users/{userId}/profile': ({ state }) =>
      state.mayRead
        ? { body: { emailAddress: state.email, messagesTotal: state.mails.length, historyId: '1' } }
        : noScope(),
    'POST /gmail/v1/users/{userId}/messages/send': ({ state, body, happened }) => {
      const { id, threadId, messageId } = addMail(state, body as { raw: string; threadId?: string }, false);
      happened(`mail:${messageId}`);
      return { body: { id, threadId, labelIds: ['SENT'] } };
    },
    'POST /gmail/v1/users/{userId}/drafts': ({ state, body, happened }) => {
      const { message } = body as { message: { raw: string; threadId?: string } };
      const { id, threadId, messageId } = addMail(state, message, true);
      happened(`draft:${messageId}`);
      return { body: { id: `r${id}`, message: { id, threadId, labelIds: ['DRAFT'] } } };
    },
    'GET /gmail/v1/users/{userId}/messages': ({ state, query }) => {
      if (!state.mayRead) return noScope();
      const text = String(query['q'] ?? '');
      const [, wanted] = /^rfc822msgid:(.+)$/.exec(text) ?? [];
      const found = state.mails.filter((mail) =>
        wanted === undefined ? mail.to.includes(text.replace(/^from:/, '')) : mail.messageId === `<${wanted}>`,
      );
      const messages = found.map(({ id, threadId }) => ({ id, threadId }));
      return { body: { ...(messages.length > 0 && { messages }), resultSizeEstimate: messages.length } };
    },
    'GET /gmail/v1/users/{userId}/messages/{id}': ({ state, parameters }) => {
      const mail = state.mails.find(({ id }) => id === parameters['id']);
      if (mail === undefined) return missing();
      const headers = [
        { name: 'To', value: mail.to },
        { name: 'Subject', value: mail.subject },
      ];
      return { body: { id: mail.id, threadId: mail.threadId, snippet: 'Hello', payload: { headers } } };
    },
    'POST /calendar/v3/calendars/{calendarId}/events': ({ state, body, query, happened }) => {
      const event = body as Event & { conferenceData?: unknown };
      const id = event.id ?? `event${state.events.size + 1}`;
      if (!/^[a-v0-9]{5,1024}$/.test(id))
        return refused(400, 'INVALID_ARGUMENT', 'invalid', 'Invalid resource id value.');
      if (state.events.has(id))
        return refused(409, 'ALREADY_EXISTS', 'duplicate', 'The requested identifier already exists.');
      const hasMeet = event.conferenceData !== undefined && query['conferenceDataVersion'] === '1';
      const made: Event = {
        ...event,
        id,
        status: 'confirmed',
        htmlLink: `https://www.google.com/calendar/event?eid=${id}`,
      };
      delete made['conferenceData'];
      if (hasMeet) made['hangoutLink'] = 'https://meet.google.com/abc-defg-hij';
      state.events.set(id, made);
      happened(`event:${id}`);
      return { body: made };
    },
    'GET /calendar/v3/calendars/{calendarId}/events/{eventId}': ({ state, parameters }) => {
      const event = state.events.get(parameters['eventId'] ?? '');
      return event === undefined ? missing() : { body: event };
    },
    'GET /calendar/v3/calendars/{calendarId}/events': ({ state, query }) => {
      const text = String(query['q'] ?? '');
      const items = [...state.events.values()].filter(
        ({ summary, status }) => status !== 'cancelled' && (summary ?? '').includes(text),
      );
      return { body: { kind: 'calendar#events', items } };
    },
    'PATCH /calendar/v3/calendars/{calendarId}/events/{eventId}': ({ state, parameters, body, happened }) => {
      const event = state.events.get(parameters['eventId'] ?? '');
      if (event === undefined) return missing();
      const before = JSON.stringify(event);
      Object.assign(event, withOffsets(body as Partial<Event>));
      if (JSON.stringify(event) !== before) happened(`update:${event.id}:${JSON.stringify(body)}`);
      return { body: event };
    },
    'DELETE /calendar/v3/calendars/{calendarId}/events/{eventId}': ({ state, parameters, happened }) => {
      const event = state.events.get(parameters['eventId'] ?? '');
      if (event === undefined) return missing();
      if (event.status === 'cancelled') return refused(410, 'GONE', 'deleted', 'Resource has been deleted');
      event.status = 'cancelled';
      happened(`delete:${event.id}`);
      return {};
    },
    'POST /calendar/v3/freeBusy': ({ state, body }) => {
      const { items, timeMin, timeMax } = body as {
        items: readonly { id: string }[];
        timeMin: string;
        timeMax: string;
      };
      const calendars = items.map(({ id }) => [
        id,
        state.hiddenCalendars.has(id)
          ? { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }
          : { busy: [{ start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' }] },
      ]);
      return { body: { kind: 'calendar#freeBusy', timeMin, timeMax, calendars: Object.fromEntries(calendars) } };
    },
    'GET /v4/spreadsheets/{spreadsheetId}': ({ state, parameters }) => {
      const prefix = `${parameters['spreadsheetId']}/`;
      const titles = [...state.rows.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
      const sheets = titles.map((title, sheetId) => {
        const rowCount = state.rows.get(prefix + title)?.length ?? 0;
        return { properties: { sheetId, title, index: sheetId, gridProperties: { rowCount, columnCount: 26 } } };
      });
      return { body: { spreadsheetId: parameters['spreadsheetId'], properties: { title: 'Leads' }, sheets } };
    },
    'GET /v4/spreadsheets/{spreadsheetId}/values/{range}': ({ state, parameters }) => {
      const values = rowsIn(sheetOf(state, parameters), parameters['range'] ?? '');
      return { body: { range: parameters['range'], majorDimension: 'ROWS', ...(values.length > 0 && { values }) } };
    },
    'PUT /v4/spreadsheets/{spreadsheetId}/values/{range}': ({ state, parameters, query, body, happened }) => {
      if (query['valueInputOption'] === undefined)
        return refused(400, 'INVALID_ARGUMENT', 'badRequest', "'valueInputOption' is required");
      const { values } = body as { values: unknown[][] };
      const first = Number(/![A-Z]+(\d+)/.exec(parameters['range'] ?? '')?.[1] ?? 1) - 1;
      const sheet = sheetOf(state, parameters);
      const before = JSON.stringify(sheet);
      for (const [index, row] of values.entries())
        sheet[first + index] = row.map((cell, at) => cell ?? sheet[first + index]?.[at] ?? null);
      if (JSON.stringify(sheet) !== before) happened(`row:${parameters['range']}:${JSON.stringify(values)}`);
      return {
        body: {
          spreadsheetId: parameters['spreadsheetId'],
          updatedRange: parameters['range'],
          updatedRows: values.length,
          updatedCells: values.flat().length,
        },
      };
    },
    'POST /v4/spreadsheets/{spreadsheetId}/values/{range}:append': ({ state, parameters, query, body, happened }) => {
      if (query['valueInputOption'] === undefined)
        return refused(400, 'INVALID_ARGUMENT', 'badRequest', "'valueInputOption' is required");
      const { values } = body as { values: unknown[][] };
      const sheet = sheetOf(state, parameters);
      sheet.push(...values);
      happened(`append:${JSON.stringify(values)}`);
      const updates = {
        spreadsheetId: parameters['spreadsheetId'],
        updatedRange: `${parameters['range']}!A${sheet.length}`,
        updatedRows: values.length,
      };
      return { body: { spreadsheetId: parameters['spreadsheetId'], updates } };
    },
    'POST /v1/people:createContact': ({ state, body, happened }) => {
      const { emailAddresses, names } = body as {
        emailAddresses: { value: string }[];
        names?: { givenName?: string; familyName?: string }[];
      };
      const resourceName = `people/c${state.contacts.length + 1}`;
      const displayName = [names?.[0]?.givenName, names?.[0]?.familyName].filter(Boolean).join(' ');
      state.contacts.push({ resourceName, emailAddresses, names: [{ displayName }] });
      happened(`contact:${emailAddresses[0]?.value}`);
      return { body: { resourceName, emailAddresses } };
    },
    'GET /v1/people:searchContacts': ({ state, query }) => {
      if (query['readMask'] === undefined)
        return refused(400, 'INVALID_ARGUMENT', 'badRequest', 'readMask is required');
      const text = String(query['query'] ?? '');
      const found = state.contacts.filter(({ emailAddresses }) =>
        emailAddresses.some(({ value }) => value.startsWith(text)),
      );
      return { body: { results: found.map((person) => ({ person })) } };
    },
  },
});

/** Returns the rows in `Sheet!A2:C20`; all rows if it has no numbers. Omits trailing empty rows, as Google does. */
function rowsIn(rows: unknown[][], range: string): unknown[][] {
  const [, first, last] = /!(?:[A-Z]*)(\d+)(?::[A-Z]*(\d+))?/.exec(range) ?? [];
  const picked = rows.slice(first === undefined ? 0 : Number(first) - 1, last === undefined ? undefined : Number(last));
  return [...picked].map((row) => row ?? []);
}
