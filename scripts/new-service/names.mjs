/** Returns the spellings of a name in kebab-case that the template uses. */
export function namesOf(name) {
  const words = name.split('-');
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  return {
    name,
    schema: words.join('_'),
    Schema: words.map(capital).join(''),
    words: words.join(' '),
    Words: capital(words.join(' ')),
  };
}

/**
 * PostgreSQL cuts names at 63 bytes, and the name of the role has a prefix. Kubernetes also allows 63, and the names
 * there have a prefix and a suffix.
 */
const maxLength = 30;

/** Returns the reason why a new service cannot have a name, as a sentence; undefined when it can. */
export function problemWith(name, { services, areas, packages, chartValues }) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return `"${name}" is not in kebab-case: small letters and digits, words joined by "-", such as usage-metering.`;
  }
  if (name.length > maxLength) return `"${name}" is longer than ${maxLength} characters.`;
  const { schema } = namesOf(name);
  if (services.includes(name)) return `"${name}" is taken: there is a service of this name.`;
  if (areas.includes(schema)) return `"${name}" is taken: there is an area proto/drippulse/${schema}.`;
  if (packages.includes(`@drippulse/${schema}`)) return `"${name}" is taken: there is a package @drippulse/${schema}.`;
  if (chartValues.includes(name)) return `"${name}" is taken: the chart has values of this name.`;
  if (/^(pg_.*|public|information_schema)$/.test(schema)) return `"${name}" is taken: PostgreSQL has such a schema.`;
  return undefined;
}
