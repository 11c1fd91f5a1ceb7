import type { Mapping } from './mapping.ts';
import { membersOf } from './targets.ts';

/** The probable target of a column. */
export type Suggestion = { target: string; confidence: number };

/** Synonyms of members in normalized form: letters and digits of any script, in lower case. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  email: ['mail', 'emailaddress', 'mailaddress', 'emailadresse', 'workemail', 'courriel', 'correo', 'eaddress'],
  first_name: ['firstname', 'given', 'givenname', 'forename', 'vorname', 'prenom', 'prénom', 'nombre', 'voornaam'],
  last_name: ['lastname', 'surname', 'familyname', 'nachname', 'nom', 'nomdefamille', 'apellido', 'achternaam'],
  company_name: [
    'company',
    'companyname',
    'organization',
    'organisation',
    'employer',
    'account',
    'accountname',
    'firma',
    'unternehmen',
    'entreprise',
    'bedrijf',
  ],
  title: ['jobtitle', 'position', 'role', 'jobrole', 'function'],
  phone: ['phonenumber', 'telephone', 'tel', 'mobile', 'mobilephone', 'cell', 'telefon', 'telefoon', 'handy'],
  status: ['leadstatus', 'stage', 'hsleadstatus'],
  source: ['leadsource', 'origin', 'channel'],
  score: ['leadscore', 'rating', 'points'],
  external_id: [
    'id',
    'externalid',
    'recordid',
    'hsobjectid',
    'leadid',
    'contactid',
    'customerid',
    'reference',
    'crmid',
  ],
  name: ['companyname', 'company', 'accountname', 'organization', 'organisation', 'firma'],
  domain: ['companydomain', 'domainname', 'companydomainname', 'emaildomain'],
  website: ['url', 'homepage', 'web', 'site', 'webseite'],
  industry: ['sector', 'branche', 'vertical'],
  description: ['notes', 'note', 'comment', 'comments', 'about'],
};

/** Tests whether a value has the form that a member expects. */
const shapes: Readonly<Record<string, (value: string) => boolean>> = {
  email: (value) => /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(value),
  phone: (value) => /^\+?[\d\s()./-]{7,25}$/.test(value) && /\d.*\d.*\d.*\d.*\d.*\d.*\d/.test(value),
  website: (value) => /^https?:\/\/\S+$/i.test(value),
  domain: (value) => /^(?!.*@)[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value),
};

/**
 * Suggests targets for the columns of a source: by equal names, by synonyms, or by values if the name gives no hint.
 * Suggests each member at most once. Always compares whole names, because a column such as "Email consent" contains no
 * email addresses.
 */
export function suggest(
  columns: readonly { name: string; values: readonly string[] }[],
  collection: string,
): Map<string, Suggestion> {
  const members = [...membersOf(collection).keys()];
  const rated = columns.flatMap((column) =>
    members.flatMap((target) => {
      const confidence = confidenceOf(column, target);
      return confidence > 0 ? [{ name: column.name, target, confidence }] : [];
    }),
  );
  const suggestions = new Map<string, Suggestion>();
  const taken = new Set<string>();
  for (const { name, target, confidence } of rated.sort((one, other) => other.confidence - one.confidence)) {
    if (suggestions.has(name) || taken.has(target)) continue;
    suggestions.set(name, { target, confidence });
    taken.add(target);
  }
  return suggestions;
}

function confidenceOf({ name, values }: { name: string; values: readonly string[] }, target: string): number {
  const normal = normalise(name);
  const isNamed = normal === normalise(target);
  const isSynonym = synonyms[target]?.includes(normal) === true;
  const looks = shapes[target];
  const share =
    looks === undefined || values.length === 0
      ? undefined
      : values.filter((value) => looks(value.trim())).length / values.length;
  if (isNamed || isSynonym) {
    // A matching name is ignored if less than half of the values have the member's form.
    if (share !== undefined && share < 0.5) return 0;
    return isNamed ? 1 : 0.9;
  }
  return share !== undefined && share >= 0.9 && target !== 'domain' ? 0.6 : 0;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Converts the suggestions to a mapping, which changes email addresses to lower case. */
export function mappingOf(suggestions: ReadonlyMap<string, Suggestion>): Mapping {
  return [...suggestions].map(([from, { target }]) => ({
    from,
    to: target,
    ...(target === 'email' && { transform: { type: 'lower' as const } }),
  }));
}
