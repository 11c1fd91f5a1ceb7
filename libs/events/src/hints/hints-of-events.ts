import { type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import { topic as topicOption, webhook as webhookOption } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventType, type Topic } from '../topic.ts';
import { addTo, type Hint } from './hint.ts';

type Payload = { case?: string; value?: unknown };

/**
 * The fields of an event from which its hint is made. Fields that all events of a batch share are given only when the
 * batch ends.
 */
type Noticed = { organizationId: bigint | undefined; aggregate: string; payload: Payload | undefined };

/** Collects the hints that events cause, by the rules of their topic. */
type HintCollector = {
  notice(event: Noticed): void;
  /** Returns the merged hints. `shared` has the fields that apply to every event that does not set them itself. */
  end(shared: { organizationId: bigint; payload: Payload | undefined }): Hint[];
};

/** Collects the hints of a topic; undefined if the topic has no rules. */
export function collectHints(topic: Topic): HintCollector | undefined {
  const rules = rulesOf(topic.desc);
  if (rules.byNoun.size === 0) return undefined;
  // Hints are merged as events arrive: a batch may have ten thousand events.
  const found = new Map<string, Found>();
  let last: Found | undefined;

  return {
    notice({ organizationId, aggregate, payload }) {
      const colon = aggregate.indexOf(':');
      const noun = aggregate.slice(0, colon);
      const rule = rules.byNoun.get(noun);
      if (rule === undefined) return;
      const id = aggregate.slice(colon + 1);
      const type = payload?.case;
      const mode = modeIn(rules, type, payload);
      const divider = memberOf(payload?.value, rule.dividedBy);
      const one = { organizationId, rule, type, mode, divider };
      // The key is made only for an event that differs from the event before it. Most events of a batch do not differ,
      // and making the text of a key takes longer than all other work.
      if (last === undefined || !isLike(last, one)) {
        const key = `${organizationId} ${noun} ${type} ${mode} ${divider}`;
        last = found.get(key) ?? { ...one, id };
        found.set(key, last);
      }
      if (last.id !== id) last.id = '';
    },
    end(shared) {
      const hints = new Map<string, Hint>();
      for (const each of found.values()) {
        const { rule, id } = each;
        const type = each.type ?? shared.payload?.case;
        const mode = each.mode ?? modeIn(rules, type, shared.payload);
        const divider = each.divider ?? memberOf(shared.payload?.value, rule.dividedBy);
        if (mode === undefined || (rule.dividedBy !== '' && divider === undefined)) continue;
        const named = rule.dividedBy === '' ? rule.topic : `${rule.topic}:${divider}`;
        const kind = eventType(topic, type).split('.').at(-1) ?? '';
        addTo(hints, { organizationId: each.organizationId ?? shared.organizationId, topic: named, id, kind, mode });
      }
      return [...hints.values()];
    },
  };
}

type Rule = { topic: string; dividedBy: string };

/** The common fields of events that make one hint. */
type Kind = {
  organizationId: bigint | undefined;
  rule: Rule;
  type: string | undefined;
  mode: Mode | undefined;
  divider: unknown;
};

/** `id` is empty if the events are about several things. */
type Found = Kind & { id: string };

function isLike(one: Kind, other: Kind): boolean {
  return (
    one.rule === other.rule &&
    one.type === other.type &&
    one.organizationId === other.organizationId &&
    one.mode === other.mode &&
    one.divider === other.divider
  );
}

type Rules = {
  byNoun: ReadonlyMap<string, Rule>;
  /** Paths of the modes, by payload case; an empty path for payloads without a mode. */
  modePaths: ReadonlyMap<string, string[]>;
};

/** Rules by message, cached because each reading of an option decodes it. */
const compiledRules = new WeakMap<DescMessage, Rules>();

function rulesOf(desc: DescMessage): Rules {
  const compiled = compiledRules.get(desc) ?? compile(desc);
  compiledRules.set(desc, compiled);
  return compiled;
}

function compile(desc: DescMessage): Rules {
  const { hints } = getOption(desc, topicOption);
  const withWebhook = desc.fields.filter((field) => hasOption(field, webhookOption));
  return {
    byNoun: new Map(hints.map(({ noun, topic, dividedBy }) => [noun, { topic, dividedBy: localName(dividedBy) }])),
    modePaths: new Map(
      withWebhook.map((field): [string, string[]] => {
        const { mode } = getOption(field, webhookOption);
        return [field.localName, mode === 'live' ? [] : mode.split('.').map(localName)];
      }),
    ),
  };
}

/**
 * Reads the mode of a payload, by the path that its webhook option names. Returns undefined if the payload has no mode,
 * or no mode yet.
 */
function modeIn({ modePaths }: Rules, type: string | undefined, payload: Payload | undefined): Mode | undefined {
  const path = modePaths.get(type ?? '');
  if (path === undefined) return undefined;
  // The mode is always `live`. Test keys do not create these rows, but may read all of them, so the hint is for both
  // modes.
  if (path.length === 0) return Mode.UNSPECIFIED;
  let value = payload?.value;
  for (const name of path) value = memberOf(value, name);
  // The option names a field of type Mode, so the number is a Mode.
  return typeof value === 'number' && value !== Mode.UNSPECIFIED ? (value as Mode) : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name] // an object's members can be read by name
    : undefined;
}

function localName(protoName: string): string {
  return protoName.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
