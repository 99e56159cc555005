import { ToolOutput } from '@devmesh/contracts';
import { redact } from '@devmesh/runtime';

// Zero-width, bidirectional and tag characters: a person does not see them, a model obeys them.
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Takes secrets and invisible characters out of what a tool gave, before it is kept or answered. */
export function cleanOutput(output: ToolOutput): ToolOutput {
  const redacted = redact(output);
  const json = JSON.stringify(redacted);
  return json.search(INVISIBLE) === -1 ? redacted : ToolOutput.parse(JSON.parse(json.replace(INVISIBLE, '')));
}
