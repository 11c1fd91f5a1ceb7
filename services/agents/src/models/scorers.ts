import type { JsonObject } from '@drippulse/json';
import type { Kysely } from 'kysely';
import type { AgentRow } from '../agents/rows.ts';
import type { DB } from '../db/schema.ts';
import { canonicalJson, storedObject } from '../json-objects.ts';
import { createRecent } from '../recent.ts';
import { readScorer } from '../scoring/config.ts';
import { compileScorer, type Score, type Scorer } from '../scoring/score.ts';
import { findModel, rulesVersion } from './rows.ts';

/** A score, the version of the model that gave it, and the score of the shadow model. */
type ModelScore = {
  score: Score;
  modelVersion: number | null;
  shadow: { modelVersion: number; score: Score } | undefined;
};

const scorerOf = createRecent(500, (text): Scorer => {
  const read = readScorer(storedObject(text), 'configuration');
  if ('violations' in read) throw new Error(`a stored configuration is not valid: ${read.violations[0]?.field}`);
  return compileScorer(read.config);
});

/**
 * Prepared scorers by configuration object. Equal configurations share one object, so most look-ups find a prepared
 * scorer.
 */
const rules = new WeakMap<JsonObject, Scorer>();

function rulesOf(configuration: JsonObject): Scorer {
  const scorer = rules.get(configuration) ?? scorerOf(canonicalJson(configuration));
  rules.set(configuration, scorer);
  return scorer;
}

const mostModels = 500;
/** Configurations of models. A model never changes, so a process reads each model once. */
const models = new Map<string, string>();

/** Scores with the model or the rules in force for the agent. */
export async function scoreByAgent(
  db: Kysely<DB>,
  { agent, configuration }: { agent: AgentRow; configuration: JsonObject },
  lead: JsonObject,
  now: Date,
): Promise<ModelScore> {
  const { model_version: version, shadow_model_version: tried } = agent;
  const scorer = await scorerOfVersion(db, { agent, configuration }, version ?? rulesVersion);
  const beside = tried === null ? undefined : await scorerOfVersion(db, { agent, configuration }, tried);
  return {
    score: scorer(lead, now),
    modelVersion: version,
    shadow: tried === null || beside === undefined ? undefined : { modelVersion: tried, score: beside(lead, now) },
  };
}

/** Returns the scorer of a version, with the threshold of the configuration. */
export async function scorerOfVersion(
  db: Kysely<DB>,
  { agent, configuration }: { agent: AgentRow; configuration: JsonObject },
  version: number,
): Promise<Scorer> {
  if (version === rulesVersion) return rulesOf(configuration);
  const weights = storedObject(await modelText(db, agent, version));
  const { min_score_threshold: threshold } = configuration;
  return scorerOf(canonicalJson({ ...weights, ...(threshold !== undefined && { min_score_threshold: threshold }) }));
}

async function modelText(
  db: Kysely<DB>,
  { id: agentId, organization_id: organizationId }: AgentRow,
  version: number,
): Promise<string> {
  const key = `${organizationId}:${agentId}:${version}`;
  const known = models.get(key);
  if (known !== undefined) return known;
  const { configuration } = await findModel(db, { organizationId, agentId, version });
  if (models.size >= mostModels) models.clear();
  models.set(key, configuration);
  return configuration;
}

/**
 * Converts a score to the form that executions store. Adds the version of the model that gave the score, and the shadow
 * score.
 */
export function decidedBy({ score: { factors, ...score }, modelVersion, shadow }: ModelScore): {
  output: JsonObject;
  decision: JsonObject;
} {
  const parts = factors.map((factor) => ({ ...factor }));
  const tried = shadow && {
    shadow: { model_version: shadow.modelVersion, score: shadow.score.score, qualified: shadow.score.qualified },
  };
  const named = { ...(modelVersion !== null && { model_version: modelVersion }), ...tried };
  return {
    output: { ...score, factors: parts, ...named },
    decision: { base: score.base, factors: parts, ...named },
  };
}
