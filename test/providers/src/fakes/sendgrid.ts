import { defineFake, type FakeAnswer } from '../fake.ts';

type Contact = Record<string, unknown> & { id: string; email: string; list_ids: string[] };

/** An accepted mail to one of its recipients. */
type Mail = {
  to: string;
  from: string;
  subject: string;
  custom_args: Record<string, string>;
  headers: Record<string, string>;
  content: readonly { type: string; value: string }[];
  categories: readonly string[];
  message_id: string;
};

type Send = {
  personalizations: readonly {
    to: readonly { email: string }[];
    subject?: string;
    custom_args?: Record<string, string>;
    headers?: Record<string, string>;
  }[];
  from: { email: string };
  subject?: string;
  content?: readonly { type: string; value: string }[];
  headers?: Record<string, string>;
  categories?: readonly string[];
  template_id?: string;
  mail_settings?: { sandbox_mode?: { enable?: boolean } };
};

function makeState() {
  return {
    scopes: [
      'mail.send',
      'marketing.read',
      'marketing.automation.read',
      'asm.groups.suppressions.create',
      'asm.groups.suppressions.delete',
      'asm.suppressions.global.create',
      'templates.read',
      'validations.email.create',
    ],
    /** Allowed senders. If empty, every sender is allowed. */
    senders: new Set<string>(),
    mails: [] as Mail[],
    contacts: [] as Contact[],
    lists: [{ id: 'ca1f6d2f-0000-4000-8000-000000000001', name: 'Newsletter', contact_count: 0, _metadata: {} }],
    suppressed: new Set<string>(),
    jobs: 0,
  };
}

const dates = { created_at: '2026-01-02T03:04:05Z', updated_at: '2026-01-02T03:04:05Z' };

const refused = (status: number, message: string, field: string | null = null): FakeAnswer => ({
  status,
  body: { errors: [{ message, field, help: null }] },
});

export const sendgridFake = defineFake({
  key: 'sendgrid',
  makeState,
  addExamples: (state) => {
    const list_ids = state.lists.map(({ id }) => id);
    state.contacts.push({ id: '00000000-0000-4000-8000-000000000000', email: 'grace@example.com', list_ids });
    state.suppressed.add('42:grace@example.com');
  },
  unauthorized: refused(401, 'The provided authorization grant is invalid, expired, or revoked'),
  operations: {
    'GET /v3/scopes': ({ state }) => ({ body: { scopes: state.scopes } }),
    'POST /v3/mail/send': ({ state, body, happened }) => {
      const send = body as Send;
      if (state.senders.size > 0 && !state.senders.has(send.from.email))
        return refused(403, 'The from address does not match a verified Sender Identity.', 'from');
      if (!send.content && !send.template_id) return refused(400, 'The content is required.', 'content');
      if (send.content?.[0]?.type === 'text/html' && send.content.length > 1)
        return refused(400, 'If present, text/plain must come first.', 'content');
      if (send.mail_settings?.sandbox_mode?.enable) return { status: 200 };
      const message_id = `fake-${state.mails.length + 1}`;
      for (const { to, subject, custom_args = {}, headers } of send.personalizations)
        for (const { email } of to) {
          const mail = {
            to: email,
            from: send.from.email,
            subject: subject ?? send.subject ?? '',
            custom_args,
            headers: { ...send.headers, ...headers },
            content: send.content ?? [],
            categories: send.categories ?? [],
            message_id,
          };
          state.mails.push(mail);
          happened(`mail:${custom_args['drippulse_key'] ?? `${email}:${mail.subject}`}`);
        }
      return { status: 202, headers: { 'x-message-id': message_id } };
    },
    'PUT /v3/marketing/contacts': ({ state, body, happened }) => {
      const { contacts, list_ids = [] } = body as { contacts: readonly Record<string, unknown>[]; list_ids?: string[] };
      for (const contact of contacts) {
        const email = String(contact['email'] ?? contact['phone_number_id'] ?? contact['external_id']);
        const known = state.contacts.find((one) => one.email === email);
        if (known === undefined) {
          const id = `00000000-0000-4000-8000-${String(state.contacts.length + 1).padStart(12, '0')}`;
          state.contacts.push({ ...contact, id, email, list_ids: [...list_ids] });
          happened(`contact:${email}`);
          continue;
        }
        for (const list of list_ids.filter((one) => !known.list_ids.includes(one))) {
          known.list_ids.push(list);
          happened(`list:${list}:${email}`);
        }
        Object.assign(known, contact);
      }
      state.jobs += 1;
      return { status: 202, body: { job_id: `job-${state.jobs}` } };
    },
    'GET /v3/marketing/contacts/imports/{id}': ({ parameters }) => ({
      body: { id: parameters['id'], status: 'completed', job_type: 'upsert_contacts', results: {} },
    }),
    'POST /v3/marketing/contacts/search/emails': ({ state, body }) => {
      const { emails } = body as { emails: readonly string[] };
      const found = state.contacts.filter(({ email }) => emails.includes(email));
      if (found.length === 0)
        return { status: 404, body: { errors: [{ message: 'not found', field: null, help: null }] } };
      const result = found.map((contact) => [contact.email, { contact: { ...contact, segment_ids: [], ...dates } }]);
      return { body: { result: Object.fromEntries(result) } };
    },
    'DELETE /v3/marketing/lists/{id}/contacts': ({ state, parameters, query, happened }) => {
      const ids = String(query['contact_ids']).split(',');
      for (const contact of state.contacts.filter(
        ({ id, list_ids }) => ids.includes(id) && list_ids.includes(parameters['id'] ?? ''),
      )) {
        contact.list_ids = contact.list_ids.filter((list) => list !== parameters['id']);
        happened(`unlist:${parameters['id']}:${contact.email}`);
      }
      state.jobs += 1;
      return { status: 202, body: { job_id: `job-${state.jobs}` } };
    },
    'GET /v3/marketing/lists': ({ state }) => ({
      body: { result: state.lists, _metadata: { count: state.lists.length } },
    }),
    'POST /v3/asm/suppressions/global': ({ state, body, happened }) => suppress(state, 'global', body, happened),
    'POST /v3/asm/groups/{group_id}/suppressions': ({ state, parameters, body, happened }) =>
      suppress(state, parameters['group_id'] ?? '', body, happened),
    'DELETE /v3/asm/groups/{group_id}/suppressions/{email}': ({ state, parameters, happened }) => {
      const name = `${parameters['group_id']}:${parameters['email']}`;
      if (state.suppressed.delete(name)) happened(`unsuppress:${name}`);
      return { status: 204 };
    },
    'POST /v3/validations/email': ({ body }) => {
      const { email } = body as { email: string };
      const [local = '', host = ''] = email.split('@');
      const checks = {
        domain: { has_valid_address_syntax: true, has_mx_or_a_record: true, is_suspected_disposable_address: false },
        local_part: { is_suspected_role_address: false },
        additional: { has_known_bounces: false, has_suspected_bounces: false },
      };
      return {
        body: { result: { email, local, host, verdict: 'Valid', score: 0.97, checks, ip_address: '192.0.2.1' } },
      };
    },
    'GET /v3/templates': () => ({
      body: {
        result: [
          {
            id: '00000000-0000-4000-8000-00000000000d',
            name: 'Welcome',
            generation: 'dynamic',
            updated_at: '2026-01-02 03:04:05',
            versions: [],
          },
        ],
        _metadata: { count: 1 },
      },
    }),
  },
});

function suppress(
  state: { suppressed: Set<string> },
  group: string,
  body: unknown,
  happened: (effect: string) => void,
): FakeAnswer {
  const { recipient_emails } = body as { recipient_emails: readonly string[] };
  for (const name of recipient_emails.map((email) => `${group}:${email}`)) {
    if (!state.suppressed.has(name)) happened(`suppress:${name}`);
    state.suppressed.add(name);
  }
  return { status: 201, body: { recipient_emails } };
}
