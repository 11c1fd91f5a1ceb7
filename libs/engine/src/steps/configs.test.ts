import { expect, test } from '@jest/globals';
import { problemsOf } from '../../test/workflow.ts';

const conditions = [{ field: 'a', operator: 'exists' }];
const callback = { type: 'webhook_callback', url: 'https://hooks.example.com/x' };
const mail = { type: 'email', subject: 'x', body: 'x' };

test.each<unknown>([
  { type: 'trigger' },
  { type: 'trigger', kind: 'Manual', timezone: 'Europe/Berlin' },
  { type: 'trigger', kind: 'schedule', frequency: '*/5 * * * *', timezone: 'Asia/Tokyo' },
  { type: 'log', message: 'x', level: 'WARN' },
  { type: 'wait', duration: 1.5, unit: 'hours' },
  { type: 'wait', duration: '{{ days }}', unit: 'days' },
  { type: 'wait', duration: 2, unit: 'weeks', until: null, time_of_day: null },
  { type: 'wait', until: '2026-05-01T09:00:00Z' },
  { type: 'wait', until: '{{ renews_at }}', unit: 'hours' },
  { type: 'wait', time_of_day: '09:30', days_of_week: ['Mon', 'friday'] },
  { type: 'condition', match: 'ANY', conditions: [{ field: 'a', operator: 'Equals', value: null }] },
  { type: 'split', variants: [{ name: 'A' }, { name: 'B', weight: 0, go_to: 'end' }] },
  { type: 'set_fields', fields: { a: 1, b: ['{{ c }}', null] } },
  { ...mail, integration_id: 'SG' },
  { ...mail, to: 'ada@example.com', retry: { max_attempts: 1 }, on_error: 'continue' },
  { ...callback, method: 'put', payload: 5, sign_with: 12, timeout_seconds: 30 },
  { ...callback, url: 'http://{{ host }}/x', headers: { 'X-Key': '{{ key }}' }, sign_with: '12' },
  { type: 'webhook', description: 'x', expected_fields: ['a'] },
  { type: 'end', status: 'Failed', reason: '{{ why }}' },
])('%j is accepted', (step) => {
  expect(problemsOf([step])).toEqual([]);
});

test.each<[unknown, string]>([
  [{ type: 'trigger', kind: 'event' }, 'kind must be one of manual, schedule'],
  [{ type: 'trigger', source: 'leads' }, 'source is not available yet'],
  [{ type: 'trigger', kind: 'schedule' }, 'frequency is required for a schedule'],
  [{ type: 'trigger', kind: 'manual', frequency: 'daily' }, 'frequency needs kind schedule'],
  [
    { type: 'trigger', frequency: 'fortnightly' },
    'frequency must be hourly, daily, weekly or a cron expression of five fields',
  ],
  [{ type: 'trigger', frequency: 5 }, 'frequency must be a string'],
  [{ type: 'trigger', timezone: 'Mars/Base' }, 'timezone must be an IANA time zone such as Europe/Berlin'],
  [{ type: 'log' }, 'message is required'],
  [{ type: 'log', message: '' }, 'message must not be empty'],
  [{ type: 'log', message: 5 }, 'message must be a string'],
  [{ type: 'log', message: 'x', level: 'loud' }, 'level must be one of debug, info, warn, error'],
  [{ type: 'wait' }, 'duration is required, or until, or time_of_day'],
  [{ type: 'wait', duration: 1 }, 'unit is required'],
  [{ type: 'wait', unit: 'hours' }, 'duration is required'],
  [{ type: 'wait', duration: 0, unit: 'hours' }, 'duration must be at least 1'],
  [{ type: 'wait', duration: -1, unit: 'hours' }, 'duration must be at least 1'],
  [{ type: 'wait', duration: 'soon', unit: 'hours' }, 'duration must be a number'],
  [{ type: 'wait', duration: 1.5, unit: 'days' }, 'duration must be a whole number of days'],
  [{ type: 'wait', duration: 522, unit: 'weeks' }, 'duration must be at most 10 years'],
  [{ type: 'wait', duration: 1, unit: 'months' }, 'unit must be one of seconds, minutes, hours, days, weeks'],
  [
    { type: 'wait', duration: 1, unit: 'hours', until: '2026-05-01' },
    'duration excludes until and time_of_day, and they exclude each other',
  ],
  [{ type: 'wait', until: 'soon' }, 'until must be a timestamp such as 2026-05-01T09:00:00Z, or a template'],
  [{ type: 'wait', time_of_day: '24:00' }, 'time_of_day must be a time such as 09:30'],
  [{ type: 'wait', days_of_week: ['monday'] }, 'time_of_day is required for days_of_week'],
  [
    { type: 'wait', time_of_day: '09:00', days_of_week: ['someday'] },
    'days_of_week.0 must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday',
  ],
  [{ type: 'wait', time_of_day: '09:00', days_of_week: [] }, 'days_of_week must have at least 1 item'],
  [{ type: 'condition' }, 'conditions is required'],
  [{ type: 'condition', conditions: [] }, 'conditions must have at least 1 item'],
  [
    { type: 'condition', conditions: [{ field: 'a', operator: 'matches', value: 1 }] },
    'conditions.0.operator must be one of equals, not_equals',
  ],
  [{ type: 'condition', conditions: [{ field: 'a', operator: 'equals' }] }, 'conditions.0.value is required'],
  [{ type: 'condition', conditions: [{ operator: 'exists' }] }, 'conditions.0.field is required'],
  [
    { type: 'condition', conditions: [{ field: '{{ a }}', operator: 'exists' }] },
    'conditions.0.field must be a name such as score or company.name, without {{ }}',
  ],
  [
    { type: 'condition', conditions: [{ field: 'a', operator: 'equals', value: '{{ x' }] },
    'conditions.0.value is not a valid template',
  ],
  [{ type: 'condition', conditions, match: 'some' }, 'match must be one of all, any'],
  [{ type: 'branch' }, 'branches is required'],
  [{ type: 'branch', branches: [{ conditions }] }, 'branches.0.go_to is required'],
  [{ type: 'split' }, 'variants is required'],
  [{ type: 'split', variants: [{ name: 'A', weight: 0 }] }, 'variants must have a variant with a weight above 0'],
  [{ type: 'split', variants: [{ name: 'A', weight: -1 }] }, 'variants.0.weight must be at least 0'],
  [{ type: 'set_fields' }, 'fields is required'],
  [{ type: 'set_fields', fields: [] }, 'fields must be an object'],
  [{ type: 'set_fields', fields: { a: { b: '{{ x' } } }, 'fields.a.b is not a valid template'],
  [{ type: 'email' }, 'subject is required'],
  [{ ...mail, to: 'nobody' }, 'to must be an email address or a template'],
  [
    { ...mail, integration_id: 'pigeon' },
    'integration_id must be one of internal, nurture, sendgrid, google_workspace, microsoft365, sg, gmail, outlook, office365',
  ],
  [{ ...mail, track_opens: 'yes' }, 'track_opens must be true or false'],
  [{ ...mail, retry: { max_attempts: 0 } }, 'retry.max_attempts must be at least 1'],
  [{ ...mail, retry: { max_attempts: 1.5 } }, 'retry.max_attempts must be a whole number'],
  [{ ...mail, retry: 3 }, 'retry must be an object'],
  [{ type: 'webhook_callback' }, 'url is required'],
  [{ ...callback, url: 'ftp://example.com' }, 'url must be an http or https URL without user name'],
  [{ ...callback, url: 'https://me:secret@example.com' }, 'url must be an http or https URL without user name'],
  [{ ...callback, method: 'HEAD' }, 'method must be one of POST, PUT, PATCH, GET, DELETE'],
  [{ ...callback, headers: { 'a b': 'x' } }, 'headers.a b is not a header name'],
  [{ ...callback, headers: { Host: 'x' } }, 'headers.Host is set by the platform'],
  [{ ...callback, headers: { a: 5 } }, 'headers.a must be a string'],
  [{ ...callback, payload: { a: ['{{ x'] } }, 'payload.a.0 is not a valid template'],
  [{ ...callback, timeout_seconds: 61 }, 'timeout_seconds must be at most 60'],
  [{ ...callback, sign_with: 'mine' }, 'sign_with must be the id of a webhook'],
  [{ type: 'end', status: 'won' }, 'status must be one of completed, failed, cancelled'],
])('%j is refused: %s', (step, message) => {
  expect(problemsOf([step]).join('\n')).toContain(`: ${message}`);
});
