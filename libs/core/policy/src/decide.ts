import type { Decision, Facts, Reason } from './facts.ts';
import { isProtectedEnvironment } from './protected-environment.ts';
import { scopesCover } from './scopes.ts';

export interface PolicySettings {
  /** Globs of environments in which every write needs a person. */
  protectedEnvironments: readonly string[];
}

export const DEFAULT_SETTINGS: PolicySettings = { protectedEnvironments: ['prod*'] };

/**
 * The one policy function, for `tools/list` and for the call, on every door.
 * Deny wins over approve, approve over allow. An evaluation error denies.
 */
export function decide(facts: Facts, settings: PolicySettings = DEFAULT_SETTINGS): Decision {
  try {
    return evaluate(facts, settings);
  } catch {
    return {
      outcome: 'deny',
      reasons: [{ rule: 'evaluation-error', text: 'The policy could not be evaluated, so the answer is no.' }],
    };
  }
}

function evaluate(facts: Facts, settings: PolicySettings): Decision {
  const denied = denials(facts);
  if (denied.length > 0) return { outcome: 'deny', reasons: denied };
  if (facts.question === 'list') return allowed('in-scope');
  const approvals = approvalReasons(facts, settings);
  if (approvals.length === 0) return allowed('in-scope');
  if (facts.coveredByApproval === true) return allowed('undo-covered-by-approval');
  return { outcome: 'approve', reasons: approvals };
}

function allowed(rule: string): Decision {
  return { outcome: 'allow', reasons: [{ rule, text: 'The scopes cover this call.' }] };
}

function denials({ principal, tool }: Facts): Reason[] {
  if (scopesCover(principal.scopes, tool.system, tool.effect)) return [];
  const needed = tool.effect === 'read' ? 'read' : 'write';
  return [
    {
      rule: `scope-${needed}`,
      text: `${principal.label} lacks the scope "${needed}" or "${tool.system}:${needed}" that ${tool.name} needs.`,
    },
  ];
}

function approvalReasons({ tool, resource }: Facts, settings: PolicySettings): Reason[] {
  if (tool.effect === 'read') return [];
  const reasons: Reason[] = [];
  if (tool.approval === 'always')
    reasons.push({ rule: 'tool-needs-approval', text: `${tool.name} always needs a person.` });
  if (tool.effect === 'destroy')
    reasons.push({ rule: 'destroy-needs-approval', text: 'What destroys needs a person.' });
  const environment = resource?.['environment'];
  if (environment !== undefined && isProtectedEnvironment(environment, settings.protectedEnvironments)) {
    reasons.push({
      rule: 'protected-environment',
      text: `Changes in the protected environment "${environment}" need a person.`,
    });
  }
  return reasons;
}
