// The door of the risk room.
export { decideRisk, type RiskDecision, type RiskFacts } from './decide.ts';
export { type Measure, type Rule, rules, sandboxRules } from './rules.ts';
