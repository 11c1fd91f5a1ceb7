/** Other accepted names for `integration_id`. */
const aliases: Record<string, string> = {
  sg: 'sendgrid',
  hs: 'hubspot',
  sf: 'salesforce',
  sfdc: 'salesforce',
  gmail: 'google_workspace',
  outlook: 'microsoft365',
  office365: 'microsoft365',
};

/** Integrations that can send mail, with their other names. */
export const mailers = [
  ...(['internal', 'nurture', 'sendgrid', 'google_workspace', 'microsoft365'] as const),
  ...(['sg', 'gmail', 'outlook', 'office365'] as const),
] as const;

/** Returns the integration with this name, in any letter case. */
export function resolveIntegration(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
}
