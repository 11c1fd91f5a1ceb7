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

/** The integration that a name means, whatever its case. */
export function resolveIntegration(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
}
