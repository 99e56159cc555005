import type { Effect, Principal } from '@devmesh/contracts';

/** What a decision is made from. Pure data: whoever asks has read it already. */
export interface Facts {
  principal: Pick<Principal, 'kind' | 'roles' | 'scopes' | 'label'>;
  tool: { name: string; system: string; effect: Effect; approval?: 'always' | undefined };
  /** `list`: may this principal see the tool; `call`: may they do this very thing. */
  question: 'list' | 'call';
  /** What the call touches, from the tool's `targets`, its `prepare` and its connection. Absent while listing. */
  resource?: Readonly<Record<string, string>> | undefined;
  /** The call takes back an approved one, within its day, and what was seen still holds. */
  coveredByApproval?: boolean | undefined;
}

export interface Reason {
  rule: string;
  text: string;
}

export interface Decision {
  outcome: 'allow' | 'deny' | 'approve';
  reasons: Reason[];
}
