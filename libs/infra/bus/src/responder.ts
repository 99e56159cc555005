import type { CounterMetric, Metrics } from '@devmesh/runtime';
import { answerRequest } from './answer-request.ts';
import type { AnswerParts, Turn } from './answer-request.ts';
import type { Bus, ServeHandler, ServeOptions, Stop } from './bus.ts';
import { createCancels } from './cancels.ts';
import { ALL_CANCELS } from './headers.ts';
import { createSlots } from './slots.ts';
import { checkPattern, checkQueue, lastToken } from './subject.ts';
import type { Incoming, Listening } from './transport.ts';

const DEFAULT_QUEUE = 'servers';

/** The answering side: `serve`. */
export function createResponder(
  parts: Omit<AnswerParts, 'cancels' | 'served'> & { metrics: Metrics; badMessages: CounterMetric },
): Bus['serve'] {
  const { transport, metrics, badMessages } = parts;
  const cancels = createCancels();
  const served = metrics.counter({
    name: 'bus_served_total',
    help: 'Requests answered here, by how they ended: ok, cancelled or the error code.',
    labels: ['outcome'],
  });
  let listeningForCancels: Promise<Listening> | undefined;

  // One subscription for all requests: one of each request's own would come too late for a quick change of mind.
  async function listenForCancels(): Promise<void> {
    listeningForCancels ??= transport.listen(ALL_CANCELS, undefined, ({ subject }) => {
      cancels.cancel(lastToken(subject));
    });
    try {
      await listeningForCancels;
    } catch (error) {
      listeningForCancels = undefined;
      throw error;
    }
  }

  async function serve(subject: string, handler: ServeHandler, options: ServeOptions = {}): Promise<Stop> {
    const { queue = DEFAULT_QUEUE, concurrency } = options;
    checkPattern(subject);
    checkQueue(queue);
    await listenForCancels();
    const turn = turns(concurrency);
    const running = new Set<Promise<void>>();

    const listening = await transport.listen(subject, queue, (message) => {
      if (!wantsAnswer(message)) {
        badMessages.inc({ reason: 'no_reply_address' });
        return;
      }
      const done = answerRequest({ ...parts, cancels, served }, message, handler, turn);
      running.add(done);
      void done.finally(() => running.delete(done));
    });
    return async () => {
      await listening.drain();
      await Promise.all(running);
    };
  }
  return serve;
}

function turns(concurrency: number | undefined): Turn {
  return concurrency === undefined ? (run) => run() : createSlots(concurrency);
}

function wantsAnswer(message: Incoming): message is Incoming & { reply: string } {
  return message.reply !== undefined;
}
