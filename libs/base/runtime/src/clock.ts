/** Where time comes from: passed in, so that a test can say what the time is. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
