import { CrowdingRule } from './crowding-rule.ts';
import { FallRule } from './fall-rule.ts';
import { LoiteringRule } from './loitering-rule.ts';
import { type MomentRule, type RuleName, ruleNames } from './rule.ts';
import { RunningRule } from './running-rule.ts';

const kinds: Readonly<Record<RuleName, new () => MomentRule>> = {
  fall: FallRule,
  running: RunningRule,
  loitering: LoiteringRule,
  crowding: CrowdingRule,
};

/** The rules that are switched on, each with a memory of its own for one camera. */
export function openRules(names: readonly string[]): MomentRule[] {
  return ruleNames.filter((name) => names.includes(name)).map((name) => new kinds[name]());
}
