import { defineFake, type FakeAnswer } from '../fake.ts';

type Meeting = {
  id: number;
  kind: 'meeting' | 'webinar';
  topic: string;
  agenda?: string;
  join_url: string;
  start_url: string;
  [member: string]: unknown;
};

function makeState() {
  return {
    user: { id: 'u1', account_id: 'acc-0001', email: 'owner@example.com', type: 2 },
    meetings: [] as Meeting[],
    /** Ids of registrants, by meeting and mail address. */
    registrants: new Map<string, string>(),
    /** Refresh tokens that were used. Zoom accepts each token once. */
    used: new Set<string>(),
    tokens: 0,
  };
}

type State = ReturnType<typeof makeState>;

const refused = (status: number, code: number, message: string): FakeAnswer => ({ status, body: { code, message } });
const missing = () => refused(404, 3001, 'Meeting does not exist.');

function add(state: State, kind: Meeting['kind'], body: unknown): Meeting {
  const id = 80_000_000_001 + state.meetings.length;
  const own = {
    join_url: `https://zoom.us/j/${id}`,
    start_url: `https://zoom.us/s/${id}?zak=host-secret`,
    status: 'waiting',
  };
  const meeting = { ...(body as { topic: string }), ...own, id, kind };
  state.meetings.push(meeting);
  return meeting;
}

function find(state: State, id: string | undefined): Meeting | undefined {
  return state.meetings.find((meeting) => String(meeting.id) === id);
}

/** Returns a meeting as lists show it, with only the beginning of its agenda. */
function listed({ start_url: _secret, agenda, ...meeting }: Meeting) {
  return { ...meeting, ...(agenda !== undefined && { agenda: agenda.slice(0, 250) }) };
}

function register(
  {
    state,
    parameters,
    body,
    happened,
  }: { state: State; parameters: Readonly<Record<string, string>>; body: unknown; happened(effect: string): void },
  name: string,
): FakeAnswer {
  const meeting = find(state, parameters[name]);
  if (meeting === undefined) return missing();
  const { email } = body as { email: string };
  const key = `${meeting.id}:${email}`;
  const known = state.registrants.get(key);
  const registrant_id = known ?? `r${state.registrants.size + 1}`;
  state.registrants.set(key, registrant_id);
  if (known === undefined) happened(`registrant:${key}`);
  return {
    status: 201,
    body: { id: meeting.id, registrant_id, join_url: `${meeting.join_url}?tk=${registrant_id}`, topic: meeting.topic },
  };
}

export const zoomFake = defineFake({
  key: 'zoom',
  makeState,
  addExamples: (state) => {
    for (const [kind, id] of [
      ['meeting', 12_345_678_901],
      ['webinar', 98_765_432_101],
    ] as const)
      Object.assign(add(state, kind, { topic: 'Demo' }), { id });
  },
  unauthorized: refused(401, 124, 'Access token is expired.'),
  operations: {
    'POST /oauth/token': ({ state, body }) => {
      const { refresh_token: old } = body as { refresh_token?: string };
      if (old !== undefined && state.used.has(old))
        return { status: 401, body: { reason: 'Invalid Token!', error: 'invalid_grant' } };
      if (old !== undefined) state.used.add(old);
      state.tokens += 1;
      return {
        body: {
          access_token: `zoom-${state.tokens}`,
          refresh_token: `zoom-refresh-${state.tokens}`,
          token_type: 'bearer',
          expires_in: 3599,
          scope: 'user:read:user meeting:write:meeting',
        },
      };
    },
    'POST /oauth/revoke': () => ({ body: { status: 'success' } }),
    'GET /users/{userId}': ({ state }) => ({ body: state.user }),
    'POST /users/{userId}/meetings': ({ state, body, happened }) => {
      const meeting = add(state, 'meeting', body);
      happened(`meeting:${meeting.agenda ?? meeting.topic}`);
      return { status: 201, body: meeting };
    },
    'GET /users/{userId}/meetings': ({ state }) => ({
      body: {
        page_size: 300,
        next_page_token: '',
        meetings: state.meetings.filter(({ kind }) => kind === 'meeting').map(listed),
      },
    }),
    'GET /meetings/{meetingId}': ({ state, parameters }) => {
      const meeting = find(state, parameters['meetingId']);
      return meeting === undefined ? missing() : { body: meeting };
    },
    'PATCH /meetings/{meetingId}': ({ state, parameters, body, happened }) => {
      const meeting = find(state, parameters['meetingId']);
      if (meeting === undefined) return missing();
      const before = JSON.stringify(meeting);
      Object.assign(meeting, body);
      if (JSON.stringify(meeting) !== before) happened(`update:${meeting.id}:${JSON.stringify(body)}`);
      return { status: 204 };
    },
    'DELETE /meetings/{meetingId}': ({ state, parameters, happened }) => {
      const meeting = find(state, parameters['meetingId']);
      if (meeting === undefined) return missing();
      state.meetings.splice(state.meetings.indexOf(meeting), 1);
      happened(`delete:${meeting.id}`);
      return { status: 204 };
    },
    'POST /meetings/{meetingId}/registrants': (call) => register(call, 'meetingId'),
    'POST /users/{userId}/webinars': ({ state, body, happened }) => {
      const webinar = add(state, 'webinar', body);
      happened(`webinar:${webinar.agenda ?? webinar.topic}`);
      return { status: 201, body: webinar };
    },
    'GET /users/{userId}/webinars': ({ state }) => ({
      body: {
        page_size: 300,
        next_page_token: '',
        webinars: state.meetings.filter(({ kind }) => kind === 'webinar').map(listed),
      },
    }),
    'POST /webinars/{webinarId}/registrants': (call) => register(call, 'webinarId'),
    'GET /past_meetings/{meetingId}/participants': () => ({
      body: {
        page_size: 30,
        next_page_token: '',
        participants: [{ id: 'u1', name: 'Ada', user_email: 'ada@example.com' }],
      },
    }),
    'GET /meetings/{meetingId}/recordings': () => ({
      body: {
        recording_count: 1,
        recording_play_passcode: 'pass',
        recording_files: [{ id: 'f1', file_type: 'MP4', play_url: 'https://zoom.us/rec/play/1' }],
      },
    }),
    'GET /meetings/{meetingId}/meeting_summary': () => ({
      body: { summary_title: 'Demo', summary_overview: 'It went well.', next_steps: ['Send the offer'] },
    }),
  },
});
