/** Other names of integrations, accepted wherever `integration_id` stands. */
const aliases: Record<string, string> = {
  sg: 'sendgrid',
  hs: 'hubspot',
  sf: 'salesforce',
  sfdc: 'salesforce',
  gmail: 'google_workspace',
  outlook: 'microsoft365',
  office365: 'microsoft365',
};

/** Mail that the platform sends itself. */
export const ownMailers: ReadonlySet<string> = new Set(['internal', 'nurture']);

/** What mail may be sent by, other names included. */
export const mailers = [
  ...(['internal', 'nurture', 'sendgrid', 'google_workspace', 'microsoft365'] as const),
  ...(['sg', 'gmail', 'outlook', 'office365'] as const),
] as const;

/** The integration that a name means, whatever its case. */
export function resolveIntegration(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
}
