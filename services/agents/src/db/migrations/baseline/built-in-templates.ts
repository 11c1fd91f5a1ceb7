import { type Kysely, sql } from 'kysely';

type BuiltIn = {
  id: number;
  key: string;
  name: string;
  description: string;
  category: string;
  kind: string;
  prompt?: string;
  input_schema?: object;
  output_schema?: object;
  default_configuration: object;
};

const text = { type: 'string', maxLength: 20_000 };
const createdAt = new Date('2026-01-01T00:00:00Z');

const seniorTitles = ['Chief', 'CEO', 'CTO', 'CFO', 'COO', 'CMO', 'Founder', 'Owner', 'VP', 'Vice President'];
const leadingTitles = ['Director', 'Head of', 'Manager', 'Lead'];

/** Builds conditions on the job title, which the CRM calls `title` and forms call `job_title`. */
const titled = (titles: readonly string[]) =>
  titles.flatMap((value) => ['title', 'job_title'].map((field) => ({ field, operator: 'contains', value })));

const factors = [
  { name: 'business_email', type: 'email_kind', field: 'email', is: 'business', weight: 0.9 },
  { name: 'senior_title', type: 'rule', match: 'any', conditions: titled(seniorTitles), weight: 1 },
  { name: 'leading_title', type: 'rule', match: 'any', conditions: titled(leadingTitles), weight: 0.5 },
  { name: 'has_phone', type: 'rule', conditions: [{ field: 'phone', operator: 'exists' }], weight: 0.4 },
  {
    name: 'known_company',
    type: 'rule',
    match: 'any',
    conditions: ['company_name', 'company'].map((field) => ({ field, operator: 'exists' })),
    weight: 0.5,
  },
];

/** Factors of company size and revenue, on logarithmic scales. 50 people and a revenue of a million are neutral. */
const sizes = [
  { name: 'company_size', type: 'number', field: 'company_size', scale: 'log', center: 3.9, spread: 1.5, weight: 0.6 },
  { name: 'revenue', type: 'number', field: 'annual_revenue', scale: 'log', center: 13.8, spread: 2, weight: 0.4 },
];

const templates: readonly BuiltIn[] = [
  {
    id: 1,
    key: 'lead_qualification',
    name: 'Lead qualification',
    description: 'Says whether a lead is worth the time of a person: its score against `min_score_threshold`.',
    category: 'qualification',
    kind: 'scorer',
    default_configuration: { min_score_threshold: 0.6, base: -1.2, factors },
  },
  {
    id: 2,
    key: 'lead_scorer',
    name: 'Lead scorer',
    description: 'Scores leads from 0 to 1 by who they are and by the size of their company.',
    category: 'qualification',
    kind: 'scorer',
    default_configuration: { min_score_threshold: 0.5, base: -1, factors: [...factors, ...sizes] },
  },
  {
    id: 3,
    key: 'reply_classifier',
    name: 'Reply classifier',
    description: 'Says what the reply to a mail means.',
    category: 'replies',
    kind: 'llm',
    prompt:
      'Classify the reply to a sales mail. Choose the one class that fits best, and say how certain you are. Use `other` when none fits.',
    input_schema: {
      type: 'object',
      properties: { subject: text, body: text },
      required: ['body'],
      additionalProperties: true,
    },
    output_schema: {
      type: 'object',
      properties: {
        class: {
          type: 'string',
          enum: ['interested', 'not_interested', 'later', 'question', 'out_of_office', 'unsubscribe', 'other'],
        },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
        summary: { type: 'string', maxLength: 500 },
      },
      required: ['class', 'confidence', 'summary'],
      additionalProperties: false,
    },
    default_configuration: {},
  },
  {
    id: 4,
    key: 'email_writer',
    name: 'Email writer',
    description: 'Writes a short mail to a contact.',
    category: 'writing',
    kind: 'llm',
    prompt:
      'Write a short, friendly business mail to the contact that the input describes. State only facts of the input. Use no placeholders.',
    input_schema: {
      type: 'object',
      properties: { purpose: text, tone: { type: 'string', maxLength: 100 } },
      required: ['purpose'],
      additionalProperties: true,
    },
    output_schema: {
      type: 'object',
      properties: { subject: { type: 'string', maxLength: 200 }, body: text },
      required: ['subject', 'body'],
      additionalProperties: false,
    },
    default_configuration: {},
  },
  {
    id: 5,
    key: 'opportunity_router',
    name: 'Opportunity router',
    description: 'Gives an opportunity a priority, an owner, a next action and a time limit, by ordered rules.',
    category: 'routing',
    kind: 'router',
    default_configuration: {
      rules: [
        {
          name: 'large',
          conditions: [{ field: 'amount_cents', operator: 'greater_or_equal', value: 10_000_000 }],
          priority: 'high',
          next_action: 'call',
          sla_hours: 4,
          audit_note: 'The amount is 100,000 or more.',
        },
        {
          name: 'medium',
          conditions: [{ field: 'amount_cents', operator: 'greater_or_equal', value: 1_000_000 }],
          priority: 'normal',
          next_action: 'email',
          sla_hours: 24,
          audit_note: 'The amount is 10,000 or more.',
        },
      ],
      default: { priority: 'low', next_action: 'review', sla_hours: 72, audit_note: 'No rule matched.' },
    },
  },
  {
    id: 6,
    key: 'meeting_summarizer',
    name: 'Meeting summarizer',
    description: 'Sums up the notes or the transcript of a meeting.',
    category: 'writing',
    kind: 'llm',
    prompt: 'Sum up the meeting. List decisions and next steps with their owners, as far as the text names them.',
    input_schema: {
      type: 'object',
      properties: { transcript: { type: 'string', maxLength: 60_000 } },
      required: ['transcript'],
      additionalProperties: true,
    },
    output_schema: {
      type: 'object',
      properties: {
        summary: { type: 'string', maxLength: 4_000 },
        decisions: { type: 'array', items: { type: 'string', maxLength: 500 }, maxItems: 50 },
        next_steps: {
          type: 'array',
          maxItems: 50,
          items: {
            type: 'object',
            properties: {
              action: { type: 'string', maxLength: 500 },
              owner: { type: 'string', maxLength: 200, nullable: true },
            },
            required: ['action', 'owner'],
            additionalProperties: false,
          },
        },
      },
      required: ['summary', 'decisions', 'next_steps'],
      additionalProperties: false,
    },
    default_configuration: {},
  },
];

/** Inserts the templates that every organization has. A later migration that changes a template adds a version. */
export async function insertBuiltInTemplates(db: Kysely<unknown>): Promise<void> {
  for (const { id, key, name, description, category, kind, ...content } of templates) {
    await sql`
      insert into templates (id, organization_id, mode, key, name, description, category, kind, version, created_at, updated_at)
      values (${id}, 0, 'live', ${key}, ${name}, ${description}, ${category}, ${kind}, 1, ${createdAt}, ${createdAt})`.execute(
      db,
    );
    await sql`
      insert into template_versions (
        organization_id, template_id, version, prompt, input_schema, output_schema, default_configuration, execution_policy,
        created_at)
      values (0, ${id}, 1, ${content.prompt ?? null}, ${jsonOf(content.input_schema)}, ${jsonOf(content.output_schema)},
        ${JSON.stringify(content.default_configuration)}, '{}', ${createdAt})`.execute(db);
  }
}

function jsonOf(schema: object | undefined): string | null {
  return schema === undefined ? null : JSON.stringify(schema);
}
