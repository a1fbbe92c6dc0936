// The door of the risk room.
export { decideRisk, type RiskDecision, type RiskFacts } from './decide.ts';
export type { Measure, Rule } from './rules.ts';
