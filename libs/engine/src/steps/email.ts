import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { choice, config, template } from '../parameters.ts';
import type { Scope } from '../templates/scope.ts';
import { compileHtml, compileText, isTemplate, type Template } from '../templates/template.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf } from './effect-policy.ts';
import { mailers, ownMailers, resolveIntegration } from './integrations.ts';
import type { StubbedEffect } from './step-type.ts';

const address = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;

const emailConfig = config({
  to: template()
    .min(1)
    .refine((to) => isTemplate(to) || isAddress(to), 'must be an email address or a template')
    .default('{{ email }}')
    .describe('One email address.'),
  subject: template().min(1).describe('Subject.'),
  body: template().min(1).describe('Body: HTML when it holds a tag, in which values are escaped, else plain text.'),
  from: template().optional().describe("Sender; the platform's own address unless given."),
  reply_to: template().optional().describe('Address for answers.'),
  integration_id: choice(mailers)
    .default('internal')
    .describe('What sends it. internal and nurture are the platform itself, the others need a connection.'),
  connection_key: z.string().default('default').describe('Which connection of the integration.'),
  track_opens: z.boolean().default(false).describe('Whether opens are tracked; not available yet.'),
  track_clicks: z.boolean().default(false).describe('Whether clicks are tracked; not available yet.'),
  category: template().optional().describe('Category, for suppressions and reports.'),
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
  compile(config) {
    const mail = compileMail(config);
    return (scope) => {
      if (config.track_opens || config.track_clicks) scope.warnings.add('tracking is not available yet');
      const request = mail(scope);
      const { to } = request;
      if (typeof to === 'string' && isAddress(to)) return { kind: 'effect', request };
      return { kind: 'skipped', reason: to === '' ? 'no address to send to' : `"${to}" is not an email address` };
    };
  },
  effect: { kind: 'email', policy: policyOf, stub: describeMail },
});

function compileMail(config: EmailConfig): (scope: Scope) => JsonObject {
  const isHtml = /<[a-z!/]/i.test(config.body);
  const body = isHtml ? compileHtml(config.body) : compileText(config.body);
  const fixed = {
    integration_id: resolveIntegration(config.integration_id),
    integration_name: config.integration_id,
    connection_key: config.connection_key,
  };
  const lines: [string, Template][] = [
    ['to', compileText(config.to)],
    ['from', compileText(config.from ?? '')],
    ['reply_to', compileText(config.reply_to ?? '')],
    ['subject', compileText(config.subject)],
    ['category', compileText(config.category ?? '')],
  ];
  return (scope) => ({
    ...fixed,
    ...Object.fromEntries(lines.map(([name, render]) => [name, oneLine(render(scope))])),
    [isHtml ? 'html' : 'text']: body(scope),
  });
}

/** Joins lines, so that a value can't add header fields. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\t\0]+/g, ' ').trim();
}

function isAddress(text: string): boolean {
  return text.length <= 254 && address.test(text);
}

function describeMail({ to, subject, integration_id, html, text }: JsonObject): StubbedEffect {
  const preview = `body: ${String(html ?? text)}`;
  if (typeof integration_id === 'string' && !ownMailers.has(integration_id)) {
    return { preview, result: { outcome: 'skipped', reason: `no usable connection for ${integration_id}` } };
  }
  const message = `Would send email to ${String(to)}: "${String(subject)}"`;
  return { preview, result: { outcome: 'succeeded', message } };
}
