import type { CollectedSpan } from './trace-collector.ts';

/** Formats a trace as lines of text, each span below its parent. */
export function traceTree(spans: readonly CollectedSpan[]): string {
  const ids = new Set(spans.map(({ id }) => id));
  const children = Map.groupBy(spans, ({ parent }) => (ids.has(parent) ? parent : ''));

  function linesBelow(parent: string, indent: string): string[] {
    const steps = [...(children.get(parent) ?? [])].sort((a, b) => Number(a.start - b.start));
    return steps.flatMap((step) => [`${indent}${step.service}: ${step.name}`, ...linesBelow(step.id, `${indent}  `)]);
  }

  return linesBelow('', '').join('\n');
}

/** Returns for each span the path from the span up to the root of its trace. */
export function pathsToRoot(spans: readonly CollectedSpan[]): string[][] {
  const byId = new Map(spans.map((span) => [span.id, span]));

  function pathOf(step: CollectedSpan | undefined): string[] {
    return step === undefined ? [] : [`${step.service}: ${step.name}`, ...pathOf(byId.get(step.parent))];
  }

  return spans.map(pathOf);
}
