/** The providers, by their keys in the API. */
export const providerKeys = [
  'google_workspace',
  'microsoft365',
  'slack',
  'salesforce',
  'hubspot',
  'stripe',
  'sendgrid',
  'zoom',
  'zendesk',
  'gong',
] as const;

export type ProviderKey = (typeof providerKeys)[number];

/** Other names by which the API accepts providers. */
export const providerAliases: Readonly<Record<string, ProviderKey>> = {
  gmail: 'google_workspace',
  outlook: 'microsoft365',
  office365: 'microsoft365',
  sf: 'salesforce',
  sfdc: 'salesforce',
  hs: 'hubspot',
  sg: 'sendgrid',
};

/** Returns the key of the provider with this name or alias, ignoring case; undefined if there is none. */
export function resolveProvider(name: string): ProviderKey | undefined {
  const lower = name.toLowerCase();
  const alias = Object.hasOwn(providerAliases, lower) ? providerAliases[lower] : undefined;
  return alias ?? providerKeys.find((key) => key === lower);
}
