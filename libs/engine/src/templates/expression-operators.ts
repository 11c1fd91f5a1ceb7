import { type Context, defaultOperators, toValue } from 'liquidjs';
import { firstIndexOf } from '../text-search.ts';
import { contextOf } from './render-context.ts';

type Operators = typeof defaultOperators;
type Operator = (...operandsAndContext: unknown[]) => ReturnType<Operators[string]>;

const callUnits = 16;
/** Meter units charged by an operator for each unit of its operands' size. */
const cost = 2;
/** Additional units for each element, because Liquid compares each element in a separate generator. */
const elementUnits = 16;
/** Operators that test the truth of their operands without reading them. */
const unread: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** Liquid's operators. Each operator charges for its operands before it reads them. */
export const expressionOperators: Operators = Object.fromEntries(
  Object.entries(defaultOperators).map(([name, operator]) => {
    const run = (name === 'contains' ? contains : operator) as Operator; // Liquid gives operators one or two operands
    return [name, metered(run, unread.has(name))];
  }),
);

function metered(operator: Operator, isUnread: boolean): Operator {
  return (...operandsAndContext) => {
    const context = contextOf(operandsAndContext.at(-1));
    context.charge(callUnits);
    for (const operand of isUnread ? [] : operandsAndContext.slice(0, -1)) {
      context.chargeReading(operand, cost);
      if (Array.isArray(operand)) context.charge(elementUnits * operand.length);
    }
    return operator(...operandsAndContext);
  };
}

function contains(left: unknown, right: unknown, context: Context): ReturnType<Operators[string]> {
  if (typeof left === 'string') return firstIndexOf(left, String(toValue(right))) >= 0;
  return (defaultOperators['contains'] as Operator)(left, right, context);
}
