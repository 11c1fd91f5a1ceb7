/** The line after the last entry of the table in libs/topology. */
const end = '} as const satisfies Record<string, ServiceEntry>;';

const keyOf = (name) => (name.includes('-') ? `'${name}'` : name);

const importOf = ({ schema, Schema }) =>
  `import { ${Schema}EventSchema } from '@drippulse/proto/drippulse/${schema}/v1/events_pb';\n`;

/**
 * Returns the table's text with an entry for a service that owns a schema and calls no other service. `publishes` means
 * that it has events.
 */
export function withEntry(text, names, { publishes = false } = {}) {
  const { name, schema, Schema } = names;
  const [before, after, ...more] = text.split(`\n${end}`);
  if (after === undefined || more.length > 0) throw new Error(`the table of libs/topology has no single line "${end}"`);
  const members = [
    `schema: '${schema}'`,
    ...(publishes ? [`events: ${Schema}EventSchema`] : []),
    'calls: []',
    `servers: [${publishes ? "'postgres', 'kafka'" : "'postgres'"}]`,
  ];
  const entry = `  ${keyOf(name)}: {\n${members.map((member) => `    ${member},\n`).join('')}  },`;
  const withTable = `${before}\n${entry}\n${end}${after}`;
  // npm run format moves the import to its place.
  return publishes ? `${importOf(names)}${withTable}` : withTable;
}

/** Returns the text of the table without the entry of a service, or the problem with removing the entry. */
export function withoutEntry(text, names) {
  const { name } = names;
  const entry = new RegExp(`^  ${keyOf(name)}: \\{\\n(    .*\\n)*  \\},\\n`, 'm');
  if (!entry.test(text)) return { problem: `The table of libs/topology has no entry ${name}.` };
  const without = text.replace(entry, '').replace(importOf(names), '');
  const namedBy = without.split('\n').find((line) => line.includes(`'${name}'`));
  if (namedBy !== undefined) return { problem: `Another entry of the table names ${name}:\n${namedBy}` };
  return { text: without };
}
