/** The line behind the last entry of the table in libs/topology. */
const end = '} as const satisfies Record<string, ServiceEntry>;';

const keyOf = (name) => (name.includes('-') ? `'${name}'` : name);

/** The text of the table with an entry for a service that owns a schema, and calls and publishes nothing. */
export function withEntry(text, { name, schema }) {
  const [before, after, ...more] = text.split(`\n${end}`);
  if (after === undefined || more.length > 0) throw new Error(`the table of libs/topology has no single line "${end}"`);
  const entry = `  ${keyOf(name)}: {\n    schema: '${schema}',\n    calls: [],\n    servers: ['postgres'],\n  },`;
  return `${before}\n${entry}\n${end}${after}`;
}

/** The text of the table without the entry of a service, or the problem with that. */
export function withoutEntry(text, name) {
  const entry = new RegExp(`^  ${keyOf(name)}: \\{\\n(    .*\\n)*  \\},\\n`, 'm');
  if (!entry.test(text)) return { problem: `The table of libs/topology has no entry ${name}.` };
  const without = text.replace(entry, '');
  const namedBy = without.split('\n').find((line) => line.includes(`'${name}'`));
  if (namedBy !== undefined) return { problem: `Another entry of the table names ${name}:\n${namedBy}` };
  return { text: without };
}
