import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { choice, config, formatCode, number, template } from '../parameters.ts';
import type { Compiling } from '../templates/compiling.ts';
import { isHtmlBody, oneLine } from '../templates/render-once.ts';
import type { Scope } from '../templates/scope.ts';
import { compileHtml, compileText, isTemplate, type Template } from '../templates/template.ts';
import { units } from '../time/spans.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf, unknownOf, unknownShape } from './effect-policy.ts';
import { mailers, resolveIntegration } from './integrations.ts';
import type { StepConnection, StubbedEffect } from './step-type.ts';

const address = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;

const emailConfig = config({
  to: template()
    .min(1)
    .refine((to) => isTemplate(to) || isAddress(to), {
      message: 'must be an email address or a template',
      params: formatCode,
    })
    .default('{{ email }}')
    .describe('One email address.'),
  subject: template().min(1).describe('Subject.'),
  body: template().min(1).describe('Body: HTML when it holds a tag, in which values are escaped, else plain text.'),
  from: template()
    .optional()
    .describe("Sender, of a verified domain of the organization; default the organization's sender."),
  reply_to: template().optional().describe('Address for answers.'),
  integration_id: choice(mailers)
    .default('internal')
    .describe('What sends it. internal and nurture are the platform itself, the others need a connection.'),
  connection_key: z.string().default('default').describe('Which connection of the integration.'),
  track_opens: z.boolean().default(false).describe('Whether opens are counted, by an image in the HTML part.'),
  track_clicks: z
    .boolean()
    .default(false)
    .describe('Whether clicks are counted, by links that lead through the platform.'),
  category: template().optional().describe('Category, for unsubscribes, rules and reports.'),
  priority: number(z.int().min(0).max(100))
    .optional()
    .describe('Which of several mails to a contact goes first, 0 to 100; default that of the workflow.'),
  class: choice(['marketing', 'transactional'])
    .optional()
    .describe(
      'What the mail is for; default that of the workflow. Transactional ones pass unsubscribes, caps and quiet hours.',
    ),
  on_capped: choice(['hold', 'skip'])
    .default('hold')
    .describe('What happens when a cap of the sending rules is reached: hold waits for a place.'),
  expires_after: config({
    duration: number(z.number().positive().max(1_000_000)).describe('Length of time.'),
    unit: choice(units).describe('Unit of the length.'),
  })
    .optional()
    .describe('A mail that rules have held for so long is skipped.'),
  ...unknownShape,
  ...effectShape,
});

type EmailConfig = z.output<typeof emailConfig>;

/** Sends one mail. */
export const emailStep = defineStep({
  type: 'email',
  label: 'Email',
  category: 'action',
  description: 'Sends one mail. Without a usable address or connection it is skipped with its reason.',
  config: emailConfig,
  example: {
    name: 'Welcome',
    config: { to: '{{ email }}', subject: 'Welcome, {{ first_name }}', body: '<p>Hello {{ first_name }}</p>' },
  },
  compile(config, { compiling }) {
    const mail = compileMail(config, compiling);
    return (scope) => {
      const request = mail(scope);
      const { to } = request;
      if (typeof to === 'string' && isAddress(to)) return { kind: 'effect', request };
      return { kind: 'skipped', reason: to === '' ? 'no address to send to' : `"${to}" is not an email address` };
    };
  },
  effect: {
    kind: 'email',
    shows: ['to', 'from', 'reply_to', 'subject', 'html', 'text'],
    policy: policyOf,
    stub: describeMail,
  },
});

function compileMail(config: EmailConfig, compiling: Compiling): (scope: Scope) => JsonObject {
  const isHtml = isHtmlBody(config.body);
  const body = isHtml ? compileHtml(config.body, compiling) : compileText(config.body, compiling);
  const fixed = {
    integration_id: resolveIntegration(config.integration_id),
    integration_name: config.integration_id,
    connection_key: config.connection_key,
    ...(config.track_opens && { track_opens: true }),
    ...(config.track_clicks && { track_clicks: true }),
    // If the category is a template, the rendered category is not stored, because it may name a person.
    ...(isTemplate(config.category ?? '') && { category_varies: true }),
    ...rulesOf(config),
    ...unknownOf(config),
  };
  const lines: [string, Template][] = [
    ['to', compileText(config.to, compiling)],
    ['from', compileText(config.from ?? '', compiling)],
    ['reply_to', compileText(config.reply_to ?? '', compiling)],
    ['subject', compileText(config.subject, compiling)],
    ['category', compileText(config.category ?? '', compiling)],
  ];
  return (scope) => ({
    ...fixed,
    ...Object.fromEntries(lines.map(([name, render]) => [name, oneLine(render(scope))])),
    [isHtml ? 'html' : 'text']: body(scope),
  });
}

/** Returns the members that sending rules read. A member that the step leaves out is taken from its workflow. */
function rulesOf({ priority, class: name, on_capped, expires_after }: EmailConfig): JsonObject {
  return {
    ...(on_capped === 'skip' && { on_capped }),
    ...(priority !== undefined && { priority }),
    ...(name !== undefined && { class: name }),
    ...(expires_after && { expires_after: { duration: expires_after.duration, unit: expires_after.unit } }),
  };
}

function isAddress(text: string): boolean {
  return text.length <= 254 && address.test(text);
}

function describeMail(
  { to, subject, integration_id, html, text }: JsonObject,
  connection?: StepConnection,
): StubbedEffect {
  const preview = `body: ${String(html ?? text)}`;
  // A test run usually needs no connections, but a SendGrid mail without a usable connection is skipped.
  if (integration_id === 'sendgrid' && connection !== 'usable') {
    const why = connection === undefined ? '' : `: ${connection.unusable}`;
    return { preview, result: { outcome: 'skipped', reason: `no usable connection for ${integration_id}${why}` } };
  }
  const message = `Would send email to ${String(to)}: "${String(subject)}"`;
  return { preview, result: { outcome: 'succeeded', message } };
}
