export { type ModelCall, prices, type Reply } from './answers.ts';
export { type ModelProvider, startModelProvider } from './start.ts';
