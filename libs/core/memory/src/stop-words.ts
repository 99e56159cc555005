/** Words that say nothing about what a passage is about; never indexed, never counted in a query. */
const WORDS = `
a about above after again against all also am an and any are arent as at
be because been before being below between both but by
can cannot cant could couldnt
did didnt do does doesnt doing done dont down during
each either else ever every
few for from further
get gets getting give given go goes going gone got
had hadnt has hasnt have havent having he her here hers herself him himself his how however hows
i id if ill im in into is isnt it its itself ive
just
let lets like
many may me might more most much must my myself
neither never no nor not now
of off often on once one only onto or other our ours ourselves out over own
per please
rather really
said same say says shall she should shouldnt so some still such
tell than that thats the their theirs them themselves then there theres these they theyre theyve this those though through thus to too
under until up upon us
very via
was wasnt we well were werent weve what whats when whens where wheres whether which while who whom whos whose why whys will with within without wont would wouldnt
yes yet you youd youll your youre yours yourself yourselves youve
`;

export const STOP_WORDS: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter(Boolean));
