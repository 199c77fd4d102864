import { CrowdingRule } from './crowding-rule.ts';
import { FallRule } from './fall-rule.ts';
import { LoiteringRule } from './loitering-rule.ts';
import { ObjectLeftRule } from './object-left-rule.ts';
import { type MomentRule, type RuleName, ruleNames } from './rule.ts';
import { RunningRule } from './running-rule.ts';

const kinds: Readonly<Record<RuleName, new (state?: never) => MomentRule>> = {
  fall: FallRule,
  running: RunningRule,
  loitering: LoiteringRule,
  crowding: CrowdingRule,
  'object-left': ObjectLeftRule,
};

/** What the rules remember of one camera, by their names. JSON. */
export type RuleStates = Partial<Record<RuleName, unknown>>;

/** The rules that are switched on, each with a memory of its own for one camera. */
export function openRules(names: readonly string[], states: RuleStates = {}): Map<RuleName, MomentRule> {
  const isOn = ruleNames.filter((name) => names.includes(name));
  return new Map(isOn.map((name) => [name, new kinds[name](states[name] as never)]));
}
